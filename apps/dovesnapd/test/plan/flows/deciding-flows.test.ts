import { expect, test } from 'vitest';
import {
  decidingFlows,
  lossOf,
  lostMeters,
  sameFlows,
} from '../../../src/plan/flows/deciding-flows.ts';

const flow = (table: number, priority: number, actions: string, match = 'in_port=7') => ({
  ...{ table, priority, actions, match },
  cookie: 0n,
});
const udp = flow(0, 20480, 'meter:1,goto_table:1', 'in_port=7,udp');
const rest = flow(0, 20479, 'goto_table:1');
const member = flow(1, 4096, 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2');
const learned = flow(2, 8191, 'goto_table:3', 'in_port=7,dl_vlan=100,dl_src=02:00:00:00:00:01');
const deny = flow(0, 20478, 'drop');
const policy = decidingFlows([udp, rest, deny, member]);

test.each([
  ['a rule with those behind it left', [rest, member], 'guard'],
  ['all rules', [member, learned], 'way'],
  ['all rules but one that denies', [deny, member], 'way'],
  ['nothing', [udp, rest, deny, member, learned], undefined],
  ['everything: Faucet resyncs the bridge', [], undefined],
  ['its VLAN', [udp, rest, deny], undefined],
  ['a rule in exchange for another', [flow(0, 20480, 'drop'), member], undefined],
])('a port has lost %s', (_what, now, loss) => {
  expect(lossOf(policy, decidingFlows(now))).toBe(loss);
});

test('the meters of lost flows are told when all of these had one', () => {
  expect(lostMeters(policy, [rest, deny, member])).toEqual([1]);
  expect(lostMeters(policy, [deny, member])).toBe(undefined);
});

test('what is learned of a port does not decide about it', () => {
  expect(sameFlows(policy, decidingFlows([member, learned, rest, deny, udp]))).toBe(true);
  expect(sameFlows(policy, decidingFlows([member, rest]))).toBe(false);
  expect(sameFlows(policy, decidingFlows([udp, rest, deny]))).toBe(false);
});
