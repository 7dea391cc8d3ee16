import { parseFaucet } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import { parseAclChoice } from '../../../src/domain/acl-choice.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import {
  hasAllRules,
  lackingAcls,
  policedPorts,
  policyRules,
} from '../../../src/plan/flows/policy-rules.ts';
import { lackingOnOutput, vlanOutRules } from '../../../src/plan/flows/vlan-out-rules.ts';
import { addPort, sampleEndpoint, sampleFlow, sampleNetwork } from '../sample.ts';

const model = parseFaucet(`acls:
  a:
    - rule: {eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}
    - rule: {vlan_vid: 7, actions: {allow: 1}}
  b: [{rule: {actions: {allow: 1}}}]
dps:
  lab: {dp_id: 1, interfaces: {1: {native_vlan: 100}}}
`);

const flow = sampleFlow;
const member = flow(1, 4096, 'in_port=7,vlan_tci=0x0000/0x1fff', 'goto_table:2');
const ping = flow(0, 20480, 'icmp,in_port=7,icmp_type=8', 'drop');
const tagged = flow(0, 20479, 'in_port=7,dl_vlan=7', 'goto_table:1');
const rest = flow(0, 20478, 'in_port=7', 'goto_table:1');

describe('the rules of a port', () => {
  const rules =
    policyRules(sampleNetwork(), { acls: ['a', 'b'], treatments: noTreatments }, model) ?? [];

  test('know the ACL that they come from', () => {
    expect(rules.map(({ acl, flow: { priority } }) => [acl, priority])).toEqual([
      ['a', 20480],
      ['a', 20479],
      ['b', 20478],
    ]);
  });

  test('are all there, or the ACL of one is lacking', () => {
    const flows = [member, ping, tagged, rest];
    expect(lackingAcls(rules, flows)).toEqual([]);
    expect(hasAllRules(rules, flows)).toBe(true);
    expect(lackingAcls(rules, [member, tagged, rest])).toEqual(['a']);
    expect(lackingAcls(rules, [member, ping, tagged])).toEqual(['b']);
    expect(hasAllRules(rules, [member, ping, tagged])).toBe(false);
  });

  test('are not all there is when something else decides too', () => {
    const more = flow(0, 30000, 'in_port=7', 'goto_table:1');
    expect(hasAllRules(rules, [member, ping, tagged, rest, more])).toBe(false);
  });

  test('lack nothing of a port that Faucet does not know', () => {
    expect(lackingAcls(rules, [])).toEqual([]);
  });

  test('are not known while an ACL is not there', () => {
    const wanted = { acls: ['a', 'gone'], treatments: noTreatments };
    expect(policyRules(sampleNetwork(), wanted, model)).toBeUndefined();
  });
});

describe('the ports that are policed', () => {
  test('are those under an ACL of the operator, also free ones and the gateway', () => {
    const natAcl = parseAclChoice('b') ?? expect.fail();
    const network = sampleNetwork({ natAcl }, { gatewayBefore: 'nothing' });
    addPort(network, 1);
    addPort(network, 2, { acls: ['a'] });
    addPort(network, 3, { acls: ['a'], flows: 'awaited' });
    addPort(network, 4, { acls: ['a'], flows: 'awaited', endpoint: sampleEndpoint() });
    expect(policedPorts(network, model).map(({ inPort }) => inPort)).toEqual([2, 4, 65534]);
    const flat = sampleNetwork({ natAcl, mode: 'flat' }, { gatewayBefore: 'nothing' });
    expect(policedPorts(flat, model)).toEqual([]);
  });
});

describe('the rules on the output of a VLAN', () => {
  const vlanOutAcl = parseAclChoice('a,b') ?? expect.fail();
  const network = sampleNetwork({ vlanOutAcl });
  const rules = vlanOutRules(network, model) ?? [];
  const egress = flow(5, 9001, 'metadata=0xc8001/0xffffff,dl_vlan=100', 'pop_vlan,output:1');
  const there = [
    flow(4, 20480, 'icmp,dl_vlan=100,icmp_type=8', 'drop'),
    flow(4, 20479, 'dl_vlan=100', 'goto_table:5'),
    flow(4, 20478, 'dl_vlan=100', 'goto_table:5'),
  ];

  test('are on its VLAN whatever VLAN they name, in the table before that of the egress', () => {
    expect(lackingOnOutput(rules, [egress, ...there])).toEqual([]);
  });

  test('lack those that are not there, or are of another VLAN', () => {
    const [first, ...others] = there;
    expect(lackingOnOutput(rules, [egress, ...others])).toMatchObject([{ acl: 'a' }]);
    const elsewhere = { ...first, match: 'icmp,dl_vlan=7,icmp_type=8' } as Flow;
    expect(lackingOnOutput(rules, [egress, elsewhere, ...others])).toMatchObject([{ acl: 'a' }]);
  });

  test('cannot be told without an egress pipeline', () => {
    expect(lackingOnOutput(rules, there)).toBeUndefined();
  });

  test('are none where none are asked for, and not known while an ACL is not there', () => {
    expect(vlanOutRules(sampleNetwork(), model)).toEqual([]);
    const gone = parseAclChoice('gone') ?? expect.fail();
    expect(vlanOutRules(sampleNetwork({ vlanOutAcl: gone }), model)).toBeUndefined();
  });
});
