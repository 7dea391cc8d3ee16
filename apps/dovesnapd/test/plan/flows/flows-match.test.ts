import { describe, expect, test } from 'vitest';
import { carriesPolicy, copiesOutput } from '../../../src/plan/flows/flows-match.ts';

describe('flows carry a policy', () => {
  const member = {
    table: 1,
    priority: 4096,
    cookie: 0n,
    match: 'in_port=7,vlan_tci=0x0000/0x1fff',
    actions: 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2',
  };
  const smtp = 'in_port=7,tcp,tp_dst=25';
  const rule = (priority: number, actions: string, match = 'in_port=7') => ({
    table: 0,
    priority,
    cookie: 0n,
    match,
    actions,
  });
  const expected = [
    { priority: 20480, verdict: 'deny', match: ['tcp', 'tp_dst=25'] },
    { priority: 20479, verdict: 'allow', match: undefined },
  ] as const;

  test('when each rule is there with its match and verdict', () => {
    const flows = [member, rule(20480, 'drop', smtp), rule(20479, 'goto_table:1')];
    expect(carriesPolicy(flows, expected, { vlan: 100 })).toBe(true);
  });

  test.each([
    ['a rule is missing', [member, rule(20479, 'goto_table:1')]],
    [
      'a verdict is another',
      [member, rule(20480, 'goto_table:1', smtp), rule(20479, 'goto_table:1')],
    ],
    [
      'a match is another',
      [member, rule(20480, 'drop', 'in_port=7,tcp,tp_dst=26'), rule(20479, 'goto_table:1')],
    ],
    [
      'the port is in another VLAN',
      [
        { ...member, actions: 'push_vlan:0x8100,set_field:4197->vlan_vid,goto_table:2' },
        rule(20480, 'drop', smtp),
        rule(20479, 'goto_table:1'),
      ],
    ],
    [
      'there is a rule too many',
      [member, rule(20480, 'drop', smtp), rule(20479, 'goto_table:1'), rule(20478, 'drop')],
    ],
    ['the port is not in its VLAN', [rule(20480, 'drop', smtp), rule(20479, 'goto_table:1')]],
  ])('not when %s', (_what, flows) => {
    expect(carriesPolicy(flows, expected, { vlan: 100 })).toBe(false);
  });

  test('and copy what the port sends exactly when that is wanted', () => {
    const rules = [rule(20480, 'drop', smtp), rule(20479, 'goto_table:1')];
    const copied = { ...member, actions: `output:99,${member.actions}` };
    const carries = (flow: typeof member, wanted: boolean) =>
      carriesPolicy([flow, ...rules], expected, { vlan: 100, mirror: { to: 99, wanted } });
    expect([carries(copied, true), carries(member, false)]).toEqual([true, true]);
    expect([carries(copied, false), carries(member, true)]).toEqual([false, false]);
    const elsewhere = { ...member, actions: `output:9,${member.actions}` };
    expect(carries(elsewhere, true)).toBe(false);
  });

  test('and copy what is sent to the port when each flow that does so copies it', () => {
    const copies = (flows: Parameters<typeof copiesOutput>[0]) =>
      copiesOutput(flows, { ofPort: 7, vlan: 100, mirror: 99 });
    const flood = { ...member, table: 4, match: 'dl_vlan=100' };
    const both = { ...flood, actions: 'pop_vlan,output:7,output:8,output:99' };
    const known = { ...flood, table: 3, actions: 'pop_vlan,output:99,output:7' };
    const uncopied = { ...flood, actions: 'pop_vlan,output:7' };
    expect(copies([both, known])).toBe(true);
    expect(copies([both, known, uncopied])).toBe(false);
    const fromMirrored = { ...uncopied, match: 'in_port=3,dl_vlan=100' };
    expect(copies([rule(20480, 'output:7'), fromMirrored, both])).toBe(true);
    const fromCoprocessor = { ...uncopied, table: 2, match: 'dl_vlan=1007' };
    expect(copies([fromCoprocessor, both])).toBe(true);
    expect(copies([member])).toBe(false);
  });
});
