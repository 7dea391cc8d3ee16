import type { Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { addressOf, createNetwork, openLab, reaches, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';

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
  test('keeps a port closed, and that is said', async () => {
    await startContainer(host, 'remarked', 'net', label('remarked'));
    const { Reason } = await untilState(host, 'net', 'remarked', 'pending');
    expect(Reason).toBe('the switch does not have every flow of ACL remarked yet');
    expect(await reaches(host, 'remarked', await addressOf(host, 'peer', 'net'))).toBe(false);
    const note = 'the switch does not take meter "remarking": ports under it stay closed';
    expect((await networkStatus(host, 'net'))?.Notes).toContain(note);
  });

  test('lets the port open when it is put right', async () => {
    const text = await host.faucet.readConfig();
    await host.faucet.writeConfig(text.replace('DSCP_REMARK', 'DROP'));
    await host.daemon.waitForLog(
      ({ msg, container }) => msg === 'the port is open' && container === 'remarked',
      { deadline: 70_000 },
    );
    expect(await reaches(host, 'remarked', await addressOf(host, 'peer', 'net'))).toBe(true);
    const notes = (await networkStatus(host, 'net'))?.Notes ?? [];
    expect(notes.join()).not.toContain('does not take meter');
  }, 90_000);
});
