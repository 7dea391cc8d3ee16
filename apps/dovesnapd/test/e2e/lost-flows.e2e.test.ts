import {
  type Host,
  type LogLine,
  parseMetrics,
  sampleValue,
  throughput,
  triedCases,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untilPortsRest } from './fleet.ts';
import {
  addressOf,
  createNetwork,
  gatewayOf,
  inContainer,
  openLab,
  restartFaucet,
  startContainer,
} from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { reaches } from './reaches.ts';

/** `slow` limits everything, `narrow` UDP: what follows its first rule lets the rest through without a limit. */
const operator = operatorConfig(
  {
    slow: ['{actions: {allow: 1, meter: some-megabits}}'],
    narrow: [
      '{eth_type: 0x800, ip_proto: 17, actions: {allow: 1, meter: some-megabits}}',
      rules.allow,
    ],
  },
  `meters:
  some-megabits:
    meter_id: 1
    entry:
      flags: [KBPS, BURST, STATS]
      bands: [{type: DROP, rate: 10000, burst_size: 1000}]
`,
);

const udp = ['--udp', '--bitrate', '80M'];
const label = (acl: string): string[] => ['--label', `dovesnap.faucet.portacl=${acl}`];

describe.each(triedCases(['faucet', 'c65faucet']))('ports that lose flows, %s', (flavour) => {
  let host: Host;
  let since = 0;

  beforeAll(async () => {
    host = await openLab('lost', { faucetConfig: operator, flavour });
    const userspace = { 'ovs.bridge.userspace': 'true' };
    await createNetwork(host, 'net', userspace);
    await createNetwork(host, 'metered', { ...userspace, 'ovs.bridge.default_acl': 'narrow' });
    const nat = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'narrow' };
    await createNetwork(host, 'routed', { ...userspace, ...nat });
    await startContainer(host, 'peer', 'net');
    await startContainer(host, 'inside', 'routed');
    await startContainer(host, 'slow', 'net', label('slow'));
    await startContainer(host, 'narrow', 'net', label('narrow'));
    await untilPortsRest(host, 'net');
    await untilPortsRest(host, 'metered');
  });

  beforeEach(() => {
    since = host.daemon.logs.entries.length;
  });

  afterAll(async () => {
    await host?.close();
  });

  test('when the rate of a meter changes: closed, restarted, opened, under the new rate', async () => {
    const before = await heardBy('peer');
    const sending = throughput(host, 'narrow', 'peer', 'net', [...udp, '--time', '8']);
    // A connection that is still to be opened would find the port closed.
    await until(async () => (await heardBy('peer')) > before + 1e6, { what: 'traffic' });
    await setRate(10_000, 20_000);
    await untilPutRight('slow');
    await untilPutRight('narrow');
    // At 20 Mbit/s for as long as it was open; without a limit it would have been 80.
    expect(await sending).toBeLessThan(30e6);
    expect(await throughput(host, 'narrow', 'peer', 'net', udp)).toBeGreaterThan(12e6);
    await expectLimited('narrow', 'net');
    await expectLimited('slow', 'net');
  });

  test('so do free ports, before a container gets one', async () => {
    await startContainer(host, 'first', 'metered');
    await startContainer(host, 'second', 'metered');
    for (const name of ['first', 'second']) await untilState(host, 'metered', name, 'open');
    const address = await addressOf(host, 'second', 'metered');
    expect(await reaches(host, 'first', address)).toBe(true);
    await expectLimited('first', 'metered', 'second');
  });

  test('the gateway too: Faucet is made to resync its bridge', async () => {
    const ofGateway = /^the switch has lost flows of the gateway with their meter/;
    await host.daemon.waitForLog((line) => ofGateway.test(`${line.msg}`));
    const bridge = (await networkStatus(host, 'routed'))?.BridgeName ?? '';
    await until(
      async () => {
        const flows = await host.run('ovs-ofctl', [
          ...['-O', 'OpenFlow13', 'dump-flows', bridge, 'table=0,in_port=LOCAL'],
        ]);
        return /udp,in_port=LOCAL actions=meter:1,/.test(flows.stdout);
      },
      { what: "the meter on the gateway's port" },
    );
    const address = await gatewayOf(host, 'routed');
    await until(() => reaches(host, 'inside', address), { what: 'a ping to the gateway' });
    const isDropped = async () => (await networkStatus(host, 'routed'))?.Notes.length === 0;
    await until(isDropped, { what: 'the note on lost flows to go' });
  });

  test('when the meter is taken out of the switch: the bridge is resynced', async () => {
    await ofctl('del-meter', 'meter=1');
    await untilPutRight('slow');
    await untilPutRight('narrow');
    await expectLimited('narrow', 'net');
    await expectLimited('slow', 'net');
  });

  test('when somebody deletes one of them', async () => {
    const port = (await untilState(host, 'net', 'narrow', 'open')).OFPort;
    await ofctl('--strict', 'del-flows', `table=0,priority=20480,udp,in_port=${port}`);
    await untilPutRight('narrow');
    await expectLimited('narrow', 'net');
  });

  test('not when Faucet is restarted: it gives all of them back', async () => {
    await restartFaucet(host, 'net');
    await untilPortsRest(host, 'net');
    await expectLimited('narrow', 'net');
    await expectLimited('slow', 'net');
    const said = host.daemon.logs.entries.slice(since).map((line) => `${line.msg}`);
    expect(said.filter((msg) => /lost|closed/.test(msg))).toEqual([]);
  });

  async function heardBy(container: string): Promise<number> {
    const file = '/sys/class/net/eth0/statistics/rx_bytes';
    return Number(await inContainer(host, container, 'cat', file));
  }

  async function setRate(from: number, to: number): Promise<void> {
    const text = await host.faucet.readConfig();
    await host.faucet.writeConfig(text.replace(`rate: ${from}`, `rate: ${to}`));
  }

  async function ofctl(...args: string[]): Promise<void> {
    const bridge = (await networkStatus(host, 'net'))?.BridgeName ?? '';
    const flags = args.filter((arg) => arg.startsWith('--'));
    const [verb = '', ...rest] = args.filter((arg) => !arg.startsWith('--'));
    await host.run('ovs-ofctl', ['-O', 'OpenFlow13', ...flags, verb, bridge, ...rest]);
  }

  async function expectLimited(from: string, network: string, to = 'peer'): Promise<void> {
    const rate = await throughput(host, from, to, network, udp);
    expect(rate).toBeGreaterThan(1e6);
    expect(rate).toBeLessThan(30e6);
  }

  /** The port was closed because flows were lost, then opened; log, notes and metric say so. */
  async function untilPutRight(container: string): Promise<void> {
    const said = (accepts: (line: LogLine) => boolean) =>
      host.daemon.waitForLog((line) => line.container === container && accepts(line), { since });
    // Whoever sees it first closes it: the watch on lost flows, or that on the rules of ACLs in use.
    const why = /^the switch (has lost flows of its ACLs|lacks a rule of ACL)/;
    const order = [
      await said(({ msg, reason }) => msg === 'the port is closed' && why.test(`${reason}`)),
      await said(({ msg }) => msg === 'the port is open'),
    ].map((line) => host.daemon.logs.entries.indexOf(line));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    await untilState(host, 'net', container, 'open');
    // Nothing is lost any more.
    const isDropped = async () => {
      const notes = (await networkStatus(host, 'net'))?.Notes ?? [];
      return !notes.some((note) => note.includes('had lost flows'));
    };
    await until(isDropped, { what: 'the note on lost flows to go' });
    const { body } = await host.http('http://127.0.0.1:9401/metrics');
    const count = sampleValue(parseMetrics(body), 'dovesnap_lost_flows_total', { network: 'net' });
    expect(count).toBeGreaterThan(0);
  }
});
