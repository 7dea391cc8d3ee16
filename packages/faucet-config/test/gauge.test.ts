import { memoryFiles } from '@dovesnap/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGauge } from '../src/gauge/check-gauge.ts';
import { editGauge } from '../src/gauge/edit-gauge.ts';
import { parseGauge } from '../src/gauge/gauge.ts';
import { openGaugeConfig } from '../src/gauge/gauge-store.ts';
import { errorOf } from './fakes/rig.ts';
import { soundGauges, wrongGauges } from './gauge-table.ts';

const spec = { faucetConfig: '/etc/faucet/faucet.yaml' };

/** As shipped by operators: other names, a text db, no counters for everybody. */
const foreign = `# Gauge of the lab
faucet_configs: ['/etc/lab/faucet.yaml']
watchers:
  states: {type: port_state, all_dps: true, db: prom}   # up and down
  slow:
    type: port_stats
    all_dps: true
    interval: 30
    dbs: [log, prom]
dbs:
  prom: {type: prometheus, prometheus_addr: '0.0.0.0', prometheus_port: 9303}
  log: {type: text, file: /var/log/gauge.txt}
`;

describe('parseGauge', () => {
  it('reads watchers and dbs with their defaults', () => {
    const config = parseGauge(foreign);
    expect(config.faucetConfigs).toEqual(['/etc/lab/faucet.yaml']);
    expect(config.watchers.get('states')).toEqual({
      name: 'states',
      type: 'port_state',
      allDps: true,
      dps: [],
      interval: 30,
      dbs: ['prom'],
    });
    expect(config.dbs.get('prom')).toMatchObject({ address: '0.0.0.0', port: 9303 });
  });

  it('refuses what is not YAML, with the line', () => {
    expect(() => parseGauge('dbs:\n  a: [')).toThrowError(
      expect.objectContaining({ code: 'SYNTAX' }),
    );
  });
});

describe('editGauge', () => {
  it('fills an empty file so that Gauge takes it', () => {
    const text = editGauge('', { ...spec, prometheus: { address: '127.0.0.1', port: 9303 } });
    expect(checkGauge(text)).toEqual([]);
    expect(text).toBe(`faucet_configs: ["/etc/faucet/faucet.yaml"]
dbs:
  prometheus:
    type: "prometheus"
    prometheus_addr: "127.0.0.1"
    prometheus_port: 9303
watchers:
  port_state:
    type: "port_state"
    all_dps: true
    db: "prometheus"
  port_stats:
    type: "port_stats"
    all_dps: true
    db: "prometheus"
    interval: 5
`);
  });

  it('uses what an operator has, and asks more often than he does with a watcher before his', () => {
    const ours =
      '  port_stats:\n    type: "port_stats"\n    all_dps: true\n    db: "prom"\n    interval: 5\n';
    const text = editGauge(foreign, { ...spec, faucetConfig: '/etc/lab/faucet.yaml' });
    expect(text).toBe(foreign.replace('watchers:\n', `watchers:\n${ours}`));
    expect(checkGauge(text)).toEqual([]);
  });

  it('adds our file and leaves every other byte', () => {
    const fast = foreign.replace('interval: 30', 'interval: 3 # s');
    const text = editGauge(fast, spec);
    expect(text).toBe(fast.replace("yaml']", `yaml', "${spec.faucetConfig}"]`));
  });

  it.each([
    [
      '\n    # the lab\n    - "/etc/lab/faucet.yaml" # Ann\n    # no more\n',
      '\n    # the lab\n    - "/etc/lab/faucet.yaml" # Ann\n    - "/etc/faucet/faucet.yaml"\n    # no more\n',
    ],
    ["\n- '/a' # a\n- '/b'\n", "\n- '/a' # a\n- '/b'\n- \"/etc/faucet/faucet.yaml\"\n"],
    [
      " [ '/a', # a\n  '/b', # b\n]\n",
      " [ '/a', # a\n  '/b', \"/etc/faucet/faucet.yaml\", # b\n]\n",
    ],
    [' []\n', ' ["/etc/faucet/faucet.yaml"]\n'],
    [' [/a]# a\n', ' [/a, "/etc/faucet/faucet.yaml"]# a\n'],
  ])('adds our file to the list %j with one line or entry', (list, wanted) => {
    const fast = foreign.replace('interval: 30', 'interval: 3');
    const before = fast.replace(/(?<=faucet_configs:).*\n/, list);
    expect(editGauge(before, spec)).toBe(before.replace(list, wanted));
  });

  it('leaves a watcher before which one of ours already asks often enough', () => {
    const once = editGauge(foreign, spec);
    const slower = once.replace('interval: 30', 'interval: 60');
    expect(editGauge(slower, spec)).toBe(slower);
  });

  it('puts its watcher before the comments of the one that it goes before', () => {
    const text = foreign.replace('  states:', '  # up and down\n\n  # of all\n  states:');
    expect(editGauge(text, spec)).toMatch(/watchers:\n {2}# up and down\n\n {2}port_stats:/);
    expect(editGauge(text, spec)).toMatch(/interval: 5\n {2}# of all\n {2}states:/);
  });

  it('asks for all datapaths where an operator counts some', () => {
    const some = foreign.replace('    all_dps: true\n', '    dps: [sw1]\n');
    const [first] = parseGauge(editGauge(some, spec)).watchers.values();
    expect(first).toMatchObject({ type: 'port_stats', allDps: true, interval: 5, dbs: ['prom'] });
  });

  it('takes other names when an operator uses ours for something else', () => {
    const taken = `faucet_configs: [/etc/faucet/faucet.yaml]
watchers:
  port_stats: {type: flow_table, all_dps: true, db: prometheus}
dbs:
  prometheus: {type: text, file: /tmp/flows}
`;
    const config = parseGauge(editGauge(taken, spec));
    expect(config.dbs.get('prometheus_2')?.type).toBe('prometheus');
    expect(config.watchers.get('port_stats_2')).toMatchObject({
      type: 'port_stats',
      dbs: ['prometheus_2'],
    });
    expect(config.watchers.get('port_stats')?.type).toBe('flow_table');
  });

  it('moves the endpoint where it is asked to be', () => {
    const text = editGauge(foreign, { ...spec, prometheus: { address: '127.0.0.1', port: 9500 } });
    expect(parseGauge(text).dbs.get('prom')).toMatchObject({ address: '127.0.0.1', port: 9500 });
  });

  it('is done after once', () => {
    const paths = fc.stringMatching(/^\/[a-z/]{1,20}\.yaml$/);
    fc.assert(
      fc.property(
        paths,
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('', foreign, '# nothing yet\n'),
        (faucetConfig, intervalSeconds, text) => {
          const once = editGauge(text, { faucetConfig, intervalSeconds });
          expect(editGauge(once, { faucetConfig, intervalSeconds })).toBe(once);
          expect(checkGauge(once).filter(({ severity }) => severity !== 'wrong')).toEqual([]);
        },
      ),
    );
  });
});

type Case = [title: string, text: string, found: string[]];

describe('checkGauge', () => {
  const codes = (text: string): string[] =>
    checkGauge(text).map(({ code, severity, line }) => `${line} ${severity} ${code}`);
  const dbs = 'dbs: {p: {type: prometheus}}\n';

  it.each<Case>([
    ['no content', '', ['1 refused MISSING_KEY']],
    ['no watchers', `faucet_configs: [a]\n${dbs}`, ['1 kills MISSING_KEY']],
    [
      'an unknown db',
      `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: port_state, all_dps: true, db: q}\n`,
      ['4 kills UNKNOWN_DB'],
    ],
    [
      'an unknown type',
      `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: ports, all_dps: true, db: p}\n`,
      ['4 refused BAD_VALUE'],
    ],
    [
      'all_dps beside dps',
      `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: port_state, all_dps: true, dps: [x], db: p}\n`,
      ['4 refused CONFLICT'],
    ],
    [
      'no db at all',
      `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: port_state, all_dps: true}\n`,
      ['4 refused MISSING_KEY'],
    ],
    [
      'meters to Prometheus',
      `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: meter_stats, all_dps: true, db: p}\n`,
      ['4 wrong GAUGE'],
    ],
    [
      'flow tables',
      `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: flow_table, all_dps: true, db: p}\n`,
      ['4 wrong GAUGE'],
    ],
    [
      'a slow counter',
      `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: port_stats, all_dps: true, db: p}\n`,
      ['4 wrong GAUGE'],
    ],
    ['broken YAML', 'dbs: {', ['1 refused SYNTAX']],
    ...wrongGauges.map(([title, text, found]): Case => [title, text, [found]]),
  ])('finds %s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it.each(soundGauges)('takes %s', (_, text) => {
    expect(checkGauge(text, { knownDps: new Set(['sw1', 'sw2']) })).toEqual([]);
  });

  it('names a DP that faucet.yaml has not', () => {
    const text = `faucet_configs: [a]\n${dbs}watchers:\n  w: {type: port_state, dps: [x], db: p}\n`;
    expect(checkGauge(text, { knownDps: new Set(['y']) })).toMatchObject([
      { code: 'UNKNOWN_DP', severity: 'wrong' },
    ]);
  });
});

describe('openGaugeConfig', () => {
  const path = '/etc/faucet/gauge.yaml';

  it('makes the file, and changes nothing the second time', async () => {
    const files = memoryFiles({});
    const gauge = openGaugeConfig(path, { files });
    expect(await gauge.ensure(spec)).toBe(true);
    expect(await gauge.ensure(spec)).toBe(false);
    expect(gauge.read().watchers.size).toBe(2);
  });

  it('keeps an edit that somebody made in the same moment', async () => {
    const files = memoryFiles({ [path]: foreign });
    files.beforeReplace = () => files.put(path, foreign.replace('of the lab', 'of the new lab'));
    expect(await openGaugeConfig(path, { files }).ensure(spec)).toBe(true);
    expect(files.texts.get(path)).toContain('of the new lab');
  });

  it('fills a file with a db that nothing goes to, as Faucet has long shipped one', async () => {
    const shipped = foreign.replace('  log:', '  old: {type: influx, influx_db: faucet}\n  log:');
    const files = memoryFiles({ [path]: shipped });
    expect(await openGaugeConfig(path, { files }).ensure(spec)).toBe(true);
    expect(files.texts.get(path)).toContain('influx_db: faucet');
  });

  it('does not write over a file that somebody broke, and says where', async () => {
    const broken = foreign.replace('db: prom}', 'db: nowhere}');
    const files = memoryFiles({ [path]: broken });
    const error = await errorOf(openGaugeConfig(path, { files }).ensure(spec));
    expect(error).toMatchObject({ code: 'BROKEN', line: 4, file: path });
    expect(files.written).toEqual([]);
  });

  it('says that there is no file to read', () => {
    expect(() => openGaugeConfig(path, { files: memoryFiles({}) }).read()).toThrowError(
      expect.objectContaining({ code: 'MISSING' }),
    );
  });
});
