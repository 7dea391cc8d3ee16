import { checkConfig, parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { parseAclChoice } from '../../../src/domain/acl-choice.ts';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { observeOtherPorts } from '../../../src/domain/network-observation.ts';
import { recordBlocked } from '../../../src/domain/network-record.ts';
import { formatBridgeRecord, parseBridgeRecord } from '../../../src/domain/record.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import { bridgeRecord } from '../../../src/plan/networks/bridge-spec.ts';
import { type AclFacts, findAclTroubles, usedAcls } from '../../../src/plan/upkeep/acl-troubles.ts';
import { portsToBlock } from '../../../src/plan/upkeep/blocked-ports.ts';
import { addPort, sampleNetwork, sampleUplink } from '../sample.ts';

const dps = `dps:
  lab:
    dp_id: 1
    interfaces:
      1: {native_vlan: 100, acls_in: [web], opstatus_reconf: false}
      4294967294: {description: gateway, native_vlan: 100, acls_in: [nat], opstatus_reconf: false}
vlans: {100: {acls_out: [out]}}
`;
const allows = (acl: string): string => `  ${acl}: [{rule: {actions: {allow: 1}}}]\n`;

/** A network with a port under \`web\`, a gateway under \`nat\`, \`out\` on its VLAN, and a tap under \`tap\`. */
function policed(): AttachedNetwork {
  const choice = (acl: string) => parseAclChoice(acl) ?? expect.fail();
  const network = sampleNetwork(
    { natAcl: choice('nat'), vlanOutAcl: choice('out') },
    { gatewayBefore: 'nothing' },
  );
  addPort(network, 1, { acls: ['web'] });
  observeOtherPorts(network.observation, [
    {
      name: 'vnet0',
      kind: 'external',
      ofPort: 20,
      mac: '',
      devices: [],
      gone: false,
      vlan: 100,
      acls: ['tap'],
      treatments: noTreatments,
      closed: undefined,
      remark: undefined,
      peer: undefined,
    },
  ]);
  return network;
}

function factsOf(acls: string, given: Partial<AclFacts> = {}): AclFacts {
  const text = `acls:\n${acls}${dps}`;
  return {
    model: parseFaucet(text),
    problems: checkConfig(text),
    refused: undefined,
    lacking: new Map(),
    ...given,
  };
}

const all = ['nat', 'out', 'tap', 'web'].map(allows).join('');
const without = (acl: string): string => all.replace(allows(acl), '');
const instead = (acl: string, rule: string): string =>
  `${without(acl)}  ${acl}: [{rule: ${rule}}]\n`;

describe('the ACLs in use on a network', () => {
  test('are those of its ports, its gateway, its VLAN, and ports of others', () => {
    expect(usedAcls(policed(), factsOf(all).model)).toEqual(['nat', 'out', 'tap', 'web']);
  });

  test('are in order when faucet.yaml has them and Faucet and the switch take them', () => {
    expect(findAclTroubles(policed(), factsOf(all))).toEqual([]);
  });

  test.each(['nat', 'out', 'tap', 'web'])('are missing when somebody removes one: %s', (acl) => {
    expect(findAclTroubles(policed(), factsOf(without(acl)))).toMatchObject([
      { acl, problem: 'missing' },
    ]);
  });

  test.each<[string, string, string]>([
    [
      'a value that is none',
      '{eth_type: big, actions: {allow: 1}}',
      'eth_type: "big" is not a number',
    ],
    ['a meter that is not there', '{actions: {allow: 1, meter: slow}}', 'slow'],
  ])('are refused with %s', (_what, rule, why) => {
    const [trouble] = findAclTroubles(policed(), factsOf(instead('web', rule)));
    expect(trouble).toMatchObject({ acl: 'web', problem: 'refused' });
    expect(trouble?.sentence).toContain(why);
    expect(trouble?.sentence).toContain('line 5)');
  });

  test('are refused when Faucet says so of a change that nothing is known against', () => {
    const refused = { acls: new Set(['web', 'other']), reason: 'no idea' };
    expect(findAclTroubles(policed(), factsOf(all, { refused }))).toEqual([
      {
        acl: 'web',
        problem: 'refused',
        sentence: 'Faucet refuses ACL "web": no idea; its last rules stay in force',
      },
    ]);
  });

  test.each<[string, string, string]>([
    ['a match without what it needs', '{tcp_dst: 80, actions: {allow: 0}}', 'needs eth_type'],
    [
      'a number that does not fit',
      '{eth_type: 0x800, ip_proto: 6, tcp_dst: 70000, actions: {allow: 0}}',
      'the switch gets 4464',
    ],
  ])('are dropped with %s', (_what, rule, why) => {
    const [trouble] = findAclTroubles(policed(), factsOf(instead('web', rule)));
    expect(trouble).toMatchObject({ acl: 'web', problem: 'dropped' });
    expect(trouble?.sentence).toContain(why);
  });

  test('are dropped when the switch does not take the meter of a rule', () => {
    const meter =
      'meters:\n  slow: {meter_id: 1, entry: {flags: [FAST], bands: [{type: DROP, rate: 9}]}}\n';
    const text = `acls:\n${instead('web', '{actions: {allow: 1, meter: slow}}')}${meter}${dps}`;
    const facts = { ...factsOf(all), model: parseFaucet(text), problems: checkConfig(text) };
    expect(findAclTroubles(policed(), facts)).toMatchObject([{ acl: 'web', problem: 'dropped' }]);
  });

  test.each([
    [false, 'dropped', 'the switch lacks a rule of ACL "web" on port 1: ports under it are closed'],
    [true, 'stale', 'the last rules of ACL "web" still hold on port 1'],
  ])('are what the switch is seen to lack (stale: %s)', (isStale, problem, sentence) => {
    const lacking = new Map([['web', { isStale, where: 'port 1' }]]);
    const [trouble] = findAclTroubles(policed(), factsOf(all, { lacking }));
    expect(trouble?.problem).toBe(problem);
    expect(trouble?.sentence).toContain(sentence);
  });

  test('are no trouble where a network has none', () => {
    const facts = factsOf('  bad: [{rule: {tcp_dst: 80}}]\n');
    const plain = sampleNetwork();
    addPort(plain, 1);
    expect(findAclTroubles(plain, { ...facts, model: parseFaucet(`dps: {}\n`) })).toEqual([]);
  });
});

describe('the ports to block', () => {
  const blockedBy = (acls: string, hasBegun = true): string[] => {
    const network = policed();
    const facts = factsOf(acls);
    const troubles = findAclTroubles(network, facts);
    return [...portsToBlock(network, facts.model, troubles, hasBegun).keys()];
  };
  const drops = '{tcp_dst: 80, actions: {allow: 0}}';
  const bridge = sampleNetwork().spec.bridge;

  test('are none when all is in order, or when Faucet keeps what it had', () => {
    expect(blockedBy(all)).toEqual([]);
    expect(blockedBy(without('nat'))).toEqual([]);
    expect(blockedBy(instead('nat', '{eth_type: big, actions: {allow: 1}}'))).toEqual([]);
  });

  test('are those under an ACL of which the switch lacks a rule', () => {
    expect(blockedBy(instead('nat', drops))).toEqual([bridge]);
    expect(blockedBy(instead('tap', drops))).toEqual(['vnet0']);
    expect(blockedBy(instead('web', drops))).toEqual([]);
  });

  test('are remembered by the row of the network', () => {
    const network = policed();
    recordBlocked(network.record, [['vnet0', 'why']]);
    const record = formatBridgeRecord(bridgeRecord(network, network.spec.engineId));
    expect(parseBridgeRecord(record)?.blocked).toEqual(['vnet0']);
  });

  test('are never that of an uplink', () => {
    const plain = policed();
    const spec = { ...plain.spec, mode: 'flat', features: [sampleUplink('vnet0')] } as const;
    const network = { ...plain, spec };
    const facts = factsOf(instead('out', drops));
    const troubles = findAclTroubles(network, facts);
    expect([...portsToBlock(network, facts.model, troubles, true)]).toEqual([]);
  });

  test('are all where the ACL on the output of the VLAN lacks a rule', () => {
    expect(blockedBy(instead('out', drops))).toEqual([bridge, 'vnet0']);
  });

  test('are those that somebody has weakened, once they were as they should be', () => {
    const model = (text: string) => parseFaucet(`acls:\n${all}${text}`);
    const blocked = (text: string, hasBegun: boolean) => [
      ...portsToBlock(policed(), model(text), [], hasBegun).keys(),
    ];
    const weakGateway = dps.replace('acls_in: [nat]', 'acls_in: [web]');
    expect(blocked(weakGateway, true)).toEqual([bridge]);
    expect(blocked(weakGateway, false)).toEqual([]);
    const weakVlan = dps.replace('acls_out: [out]', 'vid: 100');
    expect(blocked(weakVlan, true)).toEqual([bridge, 'vnet0']);
    expect(blocked(weakVlan, false)).toEqual([]);
  });
});
