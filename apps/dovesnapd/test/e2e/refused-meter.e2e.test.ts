import {
  type Host,
  type LogLine,
  parseMetrics,
  patient,
  sampleValue,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { reaches } from './reaches.ts';

/** Open vSwitch 3.1 takes no band but DROP, which Faucet does not know; without a rate nobody takes it. */
const operator = operatorConfig(
  {
    remarked: [
      '{eth_type: 0x800, ip_proto: 17, actions: {allow: 1, meter: remarking}}',
      rules.allow,
    ],
    unrated: ['{actions: {allow: 1, meter: rateless}}'],
  },
  `meters:
  remarking:
    meter_id: 1
    entry: {flags: [KBPS], bands: [{type: DSCP_REMARK, rate: 10000, prec_level: 1}]}
  rateless:
    meter_id: 2
    entry: {flags: [KBPS], bands: [{type: DROP}]}
`,
);

const label = (acl: string): string[] => ['--label', `dovesnap.faucet.portacl=${acl}`];

let host: Host;
beforeAll(async () => {
  host = await openLab('meter', { faucetConfig: operator });
  await createNetwork(host, 'net', { 'ovs.bridge.userspace': 'true' });
  await startContainer(host, 'peer', 'net');
});
afterAll(async () => {
  await host?.close();
});

describe('a meter that faucet.yaml itself shows to be none', () => {
  const sentence = /names ACL "unrated", of which the switch does not take meter "rateless" .*line/;

  test('keeps a container from starting', async () => {
    expect(await complaintOf(startContainer(host, 'bad', 'net', label('unrated')))).toMatch(
      sentence,
    );
  });

  test('keeps a network from being made with it', async () => {
    const options = { 'ovs.bridge.default_acl': 'unrated' };
    expect(await complaintOf(createNetwork(host, 'bad', options))).toMatch(sentence);
  });
});

describe('a meter that only the switch refuses', () => {
  test('keeps a port closed, and Docker waits for --attach_timeout and no longer', async () => {
    const before = await attachSeconds();
    await startContainer(host, 'remarked', 'net', label('remarked'));
    const seconds = (await attachSeconds()) - before;
    expect(seconds).toBeGreaterThan(4.9);
    expect(seconds).toBeLessThan(5 + patient(1.5));
    await untilState(host, 'net', 'remarked', 'pending');
  });

  test('lets nothing through while the port is put up again and again for its flows', async () => {
    const since = host.daemon.logs.entries.length;
    const isRestart = ({ msg }: LogLine): boolean => msg === 'restarting ports without flows';
    await host.daemon.waitForLog(isRestart, { since });
    // It is up until its flows are given up, at least two seconds later.
    const peer = await addressOf(host, 'peer', 'net');
    for (const _ of [1, 2]) expect(await reaches(host, 'remarked', peer)).toBe(false);
  });

  test('is the reason that is given, once it is known', async () => {
    const note = 'the switch does not take meter "remarking": ports under it stay closed';
    await until(
      async () => (await untilState(host, 'net', 'remarked', 'pending')).Reason === note,
      { what: 'the meter as the reason' },
    );
    expect((await networkStatus(host, 'net'))?.Notes).toContain(note);
  });

  test('leaves the port blocked when the daemon is killed while it is up', async () => {
    const bridge = (await host.ovs.vsctl('list-br')).trim();
    const isBlocked = async () => (await host.ovs.ofctl('show', bridge)).includes('NO_RECV');
    await until(isBlocked, { what: 'a blocked port', interval: 20 });
    await host.daemon.kill();
    expect(await isBlocked()).toBe(true);
    expect(await reaches(host, 'remarked', await addressOf(host, 'peer', 'net'))).toBe(false);
    await host.daemon.start();
    await untilState(host, 'net', 'remarked', 'pending');
  });

  test('lets the port open when it is put right, whichever daemon has blocked it', async () => {
    const text = await host.faucet.readConfig();
    await host.faucet.writeConfig(text.replace('DSCP_REMARK', 'DROP'));
    await host.daemon.waitForLog(
      ({ msg, container }) => msg === 'the port is open' && container === 'remarked',
      { deadline: 70_000 },
    );
    expect(await reaches(host, 'remarked', await addressOf(host, 'peer', 'net'))).toBe(true);
    const isOver = async () => {
      const notes = (await networkStatus(host, 'net'))?.Notes;
      return notes?.some((text) => text.includes('does not take meter')) === false;
    };
    await until(isOver, { what: 'an end of the note on the meter' });
  }, 90_000);
});

/** How long Docker has waited for attaches, in all. */
async function attachSeconds(): Promise<number> {
  const samples = parseMetrics((await host.http('http://127.0.0.1:9401/metrics')).body);
  const calls = ['CreateEndpoint', 'Join'].map(
    (call) => sampleValue(samples, 'dovesnap_request_seconds_sum', { call }) ?? 0,
  );
  return calls.reduce((sum, seconds) => sum + seconds, 0);
}
