import { describe, expect, test } from 'vitest';
import { carriesPolicy } from '../../../src/plan/flows/flows-match.ts';
import { sampleFlow } from '../sample.ts';

describe('flows carry a policy', () => {
  const sent = 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2';
  const member = sampleFlow(1, 4096, 'in_port=7,vlan_tci=0x0000/0x1fff', sent);
  const smtp = 'in_port=7,tcp,tp_dst=25';
  const rule = (priority: number, actions: string, match = 'in_port=7') =>
    sampleFlow(0, priority, match, actions);
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
});
