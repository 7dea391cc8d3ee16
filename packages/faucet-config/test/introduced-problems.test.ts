import { describe, expect, it } from 'vitest';
import { checkConfig, editText, introducedProblems, setInterface } from '../src/index.ts';

const text = `dps:
  a:
    dp_id: 1
    interfaces:
      1: {native_vlan: 100, acls_in: [gone]}
      2: {native_vlan: 100}
`;

describe('problems that an edit brings in', () => {
  it('are none when the faults were there before, on whatever line they are now', () => {
    const moved = `# a line more\n${editText(text, [setInterface('a', 2, { description: 'x' })])}`;
    expect(checkConfig(text)).toHaveLength(1);
    expect(introducedProblems(checkConfig(text), checkConfig(moved))).toEqual([]);
  });

  it('are those of the edit alone', () => {
    const edited = editText(text, [setInterface('a', 2, { aclsIn: ['gone'] })]);
    const brought = introducedProblems(checkConfig(text), checkConfig(edited));
    expect(brought.map((one) => one.path.join('.'))).toEqual(['dps.a.interfaces.2.acls_in']);
  });

  it('count how often: the same fault once more is one more', () => {
    const [fault] = checkConfig(text);
    if (fault === undefined) throw new Error('the text has a fault');
    expect(introducedProblems([fault], [fault, fault])).toEqual([fault]);
  });
});
