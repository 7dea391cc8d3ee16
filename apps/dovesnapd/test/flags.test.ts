import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../src/domain/config.ts';
import { DovesnapError } from '../src/domain/error.ts';
import { INTERFACE_NAME_WORDS } from '../src/domain/interface-name.ts';
import { parseFlags } from '../src/flags.ts';
import { environmentName, FLAGS, helpText } from '../src/flags-table.ts';

const DEFAULTS: Config = {
  logLevel: 'info',
  faucetConfig: '/etc/faucet/faucet.yaml',
  gaugeConfig: '/etc/faucet/gauge.yaml',
  faucetMetrics: '127.0.0.1:9302',
  faucetPidfile: undefined,
  controllers: ['tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654'],
  attachTimeout: 5000,
  trustImageLabels: false,
  mirrorOut: undefined,
  statusPort: 9401,
  statusHost: '127.0.0.1',
  statusAuthIps: ['127.0.0.0/8', '::1/128'],
  pluginSocket: '/run/docker/plugins/dovesnap.sock',
  dockerSocket: '/var/run/docker.sock',
  ovsdb: 'unix:/var/run/openvswitch/db.sock',
};

function config(argv: readonly string[], env: Record<string, string> = {}): Config {
  const invocation = parseFlags(argv, env);
  if (invocation.kind !== 'run') throw new Error(`asked for ${invocation.kind}`);
  return invocation.config;
}

function refusal(argv: readonly string[], env: Record<string, string> = {}): unknown {
  try {
    return parseFlags(argv, env);
  } catch (error) {
    expect(error).toBeInstanceOf(DovesnapError);
    const { code, message } = error as DovesnapError;
    return { code, message };
  }
}

describe('defaults', () => {
  it('hold when nothing is given', () => {
    expect(config([])).toEqual(DEFAULTS);
  });

  it('hold when every flag is given and empty, on the command line or in the environment', () => {
    expect(config(FLAGS.map((flag) => `--${flag.name}=`))).toEqual(DEFAULTS);
    const env = Object.fromEntries(FLAGS.map((flag) => [environmentName(flag.name), '']));
    expect(config([], env)).toEqual(DEFAULTS);
  });

  it('put gauge.yaml beside faucet.yaml', () => {
    expect(config(['--faucet_config', '/srv/f/faucet.yaml']).gaugeConfig).toBe('/srv/f/gauge.yaml');
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.0/8,::1', '127.0.0.1'],
    ['127.0.0.0/8,10.0.0.0/8', '::'],
    ['0.0.0.0/0', '::'],
    ['127.0.0.0/1', '::'],
    ['::/0', '::'],
  ])('listen for %s on %s', (allowed, host) => {
    expect(config([`--status_auth_ips=${allowed}`]).statusHost).toBe(host);
  });
});

describe('values', () => {
  const each: readonly [string, string, Partial<Config>][] = [
    ['debug', 'true', { logLevel: 'debug' }],
    ['debug', 'no', { logLevel: 'info' }],
    ['trace', '1', { logLevel: 'trace' }],
    ['faucet_config', '/f.yaml', { faucetConfig: '/f.yaml', gaugeConfig: '/gauge.yaml' }],
    ['gauge_config', '/g.yaml', { gaugeConfig: '/g.yaml' }],
    ['faucet_metrics', 'faucet:9302', { faucetMetrics: 'faucet:9302' }],
    ['faucet_metrics', '[::1]:9302', { faucetMetrics: '[::1]:9302' }],
    ['faucet_pidfile', '/run/faucet.pid', { faucetPidfile: '/run/faucet.pid' }],
    [
      'default_ofcontrollers',
      'tcp:10.0.0.1,ssl:[fd00::1]:7000',
      { controllers: ['tcp:10.0.0.1:6653', 'ssl:[fd00::1]:7000'] },
    ],
    ['attach_timeout', '2.5', { attachTimeout: 2500 }],
    ['trust_image_labels', 'yes', { trustImageLabels: true }],
    ['status_port', '80', { statusPort: 80 }],
    ['status_host', '0.0.0.0', { statusHost: '0.0.0.0' }],
    ['status_auth_ips', '10.1.2.3/8', { statusAuthIps: ['10.0.0.0/8'], statusHost: '::' }],
    ['mirror_bridge_out', 'eth2', { mirrorOut: 'eth2' }],
    ['plugin_socket', '/p.sock', { pluginSocket: '/p.sock' }],
    ['docker_socket', 'unix:///d.sock', { dockerSocket: '/d.sock' }],
    ['ovsdb', 'tcp:127.0.0.1:6640', { ovsdb: 'tcp:127.0.0.1:6640' }],
  ];

  it.each(each)('of --%s %s are read in every spelling', (name, value, part) => {
    const expected = { ...DEFAULTS, ...part };
    expect(config([`--${name}`, value])).toEqual(expected);
    expect(config([`--${name}=${value}`])).toEqual(expected);
    expect(config([`-${name}`, value])).toEqual(expected);
    expect(config([`-${name}=${value}`])).toEqual(expected);
    expect(config([], { [`DOVESNAP_${name.toUpperCase()}`]: value })).toEqual(expected);
  });

  it('of a switch may be left out, whatever comes next', () => {
    expect(config(['--debug', '--trust_image_labels'])).toEqual({
      ...DEFAULTS,
      logLevel: 'debug',
      trustImageLabels: true,
    });
    expect(config(['-debug', '-trace']).logLevel).toBe('trace');
  });

  it('on the command line win over the environment, and the last over the first', () => {
    expect(
      config(['--status_port=1', '--status_port=2'], { DOVESNAP_STATUS_PORT: '3' }).statusPort,
    ).toBe(2);
  });
});

describe('refusals', () => {
  it.each([
    ['faucet_metrics', 'nowhere', 'HOST:PORT'],
    ['faucet_metrics', 'a:70000', 'HOST:PORT'],
    [
      'default_ofcontrollers',
      'udp:x',
      'a comma list of tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:PATH',
    ],
    ['attach_timeout', '0', 'a number of seconds from 0.1 to 3600'],
    ['attach_timeout', '5s', 'a number of seconds from 0.1 to 3600'],
    ['status_port', '0', 'a port from 1 to 65535'],
    ['status_host', 'localhost', 'an IP address'],
    ['status_auth_ips', '10.0.0.0/33', 'a comma list of addresses or networks, ADDRESS[/PREFIX]'],
    ['status_auth_ips', '10.0.0.1,', 'a comma list of addresses or networks, ADDRESS[/PREFIX]'],
    ['mirror_bridge_out', 'eth 1', INTERFACE_NAME_WORDS],
    ['ovsdb', '/var/run/db.sock', 'unix:PATH or tcp:HOST:PORT'],
    ['ovsdb', 'unix:', 'unix:PATH or tcp:HOST:PORT'],
    ['faucet_config', 'a\0b', 'a path'],
    ['plugin_socket', 'dovesnap.sock', 'an absolute path'],
    ['docker_socket', 'tcp://10.0.0.1:2375', 'an absolute path'],
    ['debug', 'maybe', 'true or false (also 1/0, t/f, yes/no)'],
  ])('--%s refuses %j', (name, value, accepted) => {
    expect(refusal([`--${name}=${value}`])).toEqual({
      code: 'BAD_FLAG',
      message: `flag --${name} cannot be ${JSON.stringify(value)}: accepted is ${accepted}`,
    });
  });

  it.each([
    [['--fauct_config', 'x'], 'flag "--fauct_config" is unknown: did you mean --faucet_config?'],
    [['-status-port=1'], 'flag "--status-port" is unknown: did you mean --status_port?'],
    [['--status_port'], 'flag --status_port needs a value: PORT'],
    [['--faucet_pidfile', '--debug'], 'flag --faucet_pidfile needs a value: PATH'],
    [['run'], 'argument "run" is not a flag'],
    [['--'], 'argument "--" is not a flag'],
    [['-'], 'argument "-" is not a flag'],
    [['--debug', ''], 'argument "" is not a flag'],
  ])('%j is refused', (argv, message) => {
    expect(refusal(argv)).toEqual({ code: 'BAD_FLAG', message });
  });

  it('a slip of the pen in the environment is refused, a variable of others is not', () => {
    expect(refusal([], { DOVESNAP_STATUS_PROT: '1' })).toEqual({
      code: 'BAD_FLAG',
      message: 'variable "DOVESNAP_STATUS_PROT" is unknown: did you mean DOVESNAP_STATUS_PORT?',
    });
    expect(config([], { DOVESNAP_SERVICE_HOST: '10.0.0.1', PATH: '/bin' })).toEqual(DEFAULTS);
  });

  it.each([
    ['faucetconfrpc_addr', '10.0.0.1'],
    ['faucetconfrpc_port', '59999'],
    ['faucetconfrpc_keydir', '/faucetconfrpc'],
    ['faucetconfrpc_client', 'faucetconfrpc'],
    ['faucetconfrpc_connretries', '5'],
    ['stack_priority1', 'dp1'],
    ['stacking_interfaces', 'dp1:1:eth0'],
    ['stack_mirror_interface', 'dp1:2'],
    ['mirror_bridge_in', 'eth1'],
  ])('--%s is refused by name until a later version knows it', (name, value) => {
    const expected = {
      code: 'NOT_SUPPORTED',
      message: `flag --${name} "${value}" is not supported yet`,
    };
    expect(refusal([`--${name}=${value}`])).toEqual(expected);
    expect(refusal([], { [environmentName(name)]: value })).toEqual(expected);
  });

  it('are DovesnapErrors, whatever is given', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...FLAGS.map((flag) => `--${flag.name}`)),
      fc
        .tuple(
          fc.constantFrom(...FLAGS.map((flag) => flag.name)),
          fc.string({ unit: 'binary-ascii' }),
        )
        .map(([name, value]) => `-${name}=${value}`),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (argv) => {
        refusal(argv);
      }),
      { numRuns: 200 },
    );
  });
});

describe('help and version', () => {
  it.each([['--help'], ['-help'], ['-h']])('%s asks for help', (word) => {
    expect(parseFlags([word], {})).toEqual({ kind: 'help' });
  });

  it.each([['--version'], ['-version']])('%s asks for the version', (word) => {
    expect(parseFlags(['--debug', word], {})).toEqual({ kind: 'version' });
  });

  it('lists every flag with its value', () => {
    const lines = helpText().split('\n');
    for (const { name, value } of FLAGS) {
      expect(lines).toContain(value ? `  --${name} ${value}` : `  --${name}`);
    }
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});
