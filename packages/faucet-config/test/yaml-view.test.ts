import { describe, expect, it } from 'vitest';
import {
  checkConfig,
  editText,
  parseFaucet,
  removeInterface,
  setDp,
  setInterface,
} from '../src/index.ts';
import { refused, taken } from './reader-table.ts';

describe('a text is read as Faucet reads it', () => {
  it.each(taken)('%s is taken', (_, text) => {
    expect(checkConfig(text)).toEqual([]);
    expect([...parseFaucet(text).dps.keys()]).toEqual(['lab']);
  });

  it.each(refused)('%s is refused, with the line', (_, text, line) => {
    const problems = checkConfig(text).filter((one) => one.severity === 'refused');
    expect(problems.map((one) => [one.code, one.line])).toContainEqual(['SYNTAX', line]);
    expect(() => editText(text, [setDp('b', { dpId: 2n })])).toThrow(/line/);
  });

  it('what stands behind a rare line end in a comment is configuration', () => {
    const text = 'dps:\n  a: {dp_id: 1, interfaces: {1: {native_vlan: 5}}} # b\u2028nonsense: 1\n';
    expect(checkConfig(text).map(({ code, path }) => [code, path])).toEqual([
      ['UNKNOWN_KEY', ['nonsense']],
    ]);
  });

  it('an edit leaves what stands behind a rare line end', () => {
    const text =
      'dps:\n  a:\n    dp_id: 1\n    interfaces:\n      1: {native_vlan: 5} # a\u2028      2: {native_vlan: 5}\n';
    expect(editText(text, [removeInterface('a', 1)])).toBe(
      text.replace('      1: {native_vlan: 5} # a\u2028', ''),
    );
  });

  it('an edit of a map that goes over several lines keeps its form', () => {
    const text = `dps:
  a:
    dp_id: 1
    interfaces: {
1: {native_vlan: 5}, # Ann
2: {description: "two
lines", native_vlan: 5}
}# the end
`;
    expect(editText(text, [removeInterface('a', 1)])).toBe(
      text.replace('1: {native_vlan: 5}, # Ann\n', ''),
    );
    expect(editText(text, [setInterface('a', 3, { nativeVlan: 5 })])).toBe(
      text.replace('native_vlan: 5}\n}', 'native_vlan: 5}, 3: {native_vlan: 5}\n}'),
    );
    expect(editText(text, [setInterface('a', 2, { description: null })])).toBe(
      text.replace('description: "two\nlines", ', ''),
    );
  });
});
