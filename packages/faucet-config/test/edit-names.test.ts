import { describe, expect, it } from 'vitest';
import {
  checkConfig,
  type Edit,
  editText,
  openText,
  parseFaucet,
  removeAcl,
  removeDp,
  removeInterface,
  removeInterfaceRange,
  removeVlan,
  setAcl,
  setDp,
  setInterface,
  setInterfaceRange,
  setVlan,
} from '../src/index.ts';

const text = `acls:
  1:
  - rule: {actions: {allow: 1}}
  0x2: [{rule: {actions: {allow: 0}}}]
  web: [{rule: {actions: {allow: 1}}}]
vlans:
  100: {description: "old"}
  office: {vid: 7}
dps:
  a:
    dp_id: 1
    interfaces:
      1: {name: uplink, native_vlan: 100}
      2: {native_vlan: office}
    interface_ranges:
      5: {native_vlan: 100}
`;
const deny = [{ rule: { actions: { allow: 0 } } }];

/** The text after an edit that leaves what Faucet takes. */
function edited(...edits: Edit[]): string {
  const after = editText(text, edits);
  expect(checkConfig(after)).toEqual([]);
  return after;
}

describe('a name is written with the type that its key has', () => {
  it.each<[string, Edit, string, string]>([
    [
      'an ACL on a port',
      setInterface('a', 2, { aclsIn: ['1', '2', 'web'] }),
      '2: {native_vlan: office}',
      '2: {native_vlan: office, acls_in: [1, 2, "web"]}',
    ],
    [
      'an ACL on a VLAN',
      setVlan('office', { aclsIn: ['2'], aclsOut: ['web'] }),
      'office: {vid: 7}',
      'office: {vid: 7, acls_in: [2], acls_out: ["web"]}',
    ],
    [
      'a VLAN of a port',
      setInterface('a', 2, { nativeVlan: '100' }),
      '2: {native_vlan: office}',
      '2: {native_vlan: 100}',
    ],
    [
      'tagged VLANs of a port',
      setInterface('a', 2, { nativeVlan: null, taggedVlans: ['100', 'office'] }),
      '2: {native_vlan: office}',
      '2: {tagged_vlans: [100, "office"]}',
    ],
    [
      'a port that is mirrored, under another name',
      setInterface('a', 2, { nativeVlan: null, mirror: ['1'] }),
      '2: {native_vlan: office}',
      '2: {mirror: [1]}',
    ],
    [
      'ACLs of a datapath',
      setDp('a', { other: { dp_acls: ['2'] } }),
      '      5: {native_vlan: 100}',
      '      5: {native_vlan: 100}\n    dp_acls: [2]',
    ],
    ['a VLAN', setVlan('100', { description: 'new' }), '"old"', '"new"'],
    [
      'an ACL',
      setAcl('2', [{ actions: { allow: 1 } }]),
      '0x2: [{rule: {actions: {allow: 0}}}]',
      '0x2:\n    - actions:\n        allow: 1',
    ],
    [
      'a range of one port',
      setInterfaceRange('a', '5', { nativeVlan: 7 }),
      '5: {native_vlan: 100}',
      '5: {native_vlan: 7}',
    ],
  ])('%s', (_, edit, before, after) => {
    expect(edited(edit)).toBe(text.replace(before, after));
    expect(editText(edited(edit), [edit])).toBe(edited(edit));
  });

  it('is what goes when it is removed', () => {
    expect(edited(removeAcl('2'))).toBe(text.replace(/ {2}0x2: .*\n/, ''));
    expect(edited(removeVlan('100'))).toBe(text.replace(/ {2}100: .*\n/, ''));
    expect(edited(removeInterfaceRange('a', '5'))).toBe(
      text.replace(/ {4}interface_ranges.*\n.*\n/, ''),
    );
  });

  it('says what is so already by changing nothing', () => {
    const used = editText(text, [setInterface('a', 1, { aclsIn: ['1'] })]);
    expect(used).toContain('native_vlan: 100, acls_in: [1]}');
    expect(editText(used, [setInterface('a', 1, { nativeVlan: '100', aclsIn: ['1'] })])).toBe(used);
    expect(edited(setAcl('2', deny))).toBe(text);
  });

  it('means the string where a number reads the same', () => {
    const both = text.replace('  web:', '  "1": [{rule: {actions: {allow: 0}}}]\n  web:');
    expect(editText(both, [setInterface('a', 2, { aclsIn: ['1'] })])).toContain('acls_in: ["1"]}');
    expect(parseFaucet(both).acls.get('1')?.rules[0]?.verdict).toBe('deny');
  });

  it('is found in an included file', () => {
    const [acls = '', rest = ''] = text.split(/(?=^vlans)/m);
    const main = `include: [acls.yaml]\n${rest}`;
    const source = { path: '/f/faucet.yaml', readFile: () => acls };
    const edit = setInterface('a', 2, { aclsIn: ['1', 'web'] });
    expect(openText(main).edit([edit], source).text).toContain('acls_in: [1, "web"]}');
  });

  it('is the number of a port at the other end of a link', () => {
    const link = setInterface('a', 3, { stack: { dp: 'a', port: '1' } });
    expect(editText(text, [link])).toMatch(/stack:\n\s+dp: "a"\n\s+port: 1\n/);
  });

  it('is a string where no key has it', () => {
    expect(editText(text, [setInterface('a', 2, { aclsIn: ['3'] })])).toContain('acls_in: ["3"]}');
  });

  it('finds a datapath that Faucet refuses for its name', () => {
    const numbered = text.replace('  a:', '  1:');
    expect(editText(numbered, [removeInterface('1', 2)])).not.toContain('2: {native_vlan: office}');
    expect(editText(numbered, [setDp('1', { dpId: 5n })])).toContain('dp_id: 5\n');
    expect([...parseFaucet(editText(numbered, [removeDp('1')])).dps.keys()]).toHaveLength(1);
    expect(editText(numbered, [removeDp('1')])).not.toContain('office}');
  });

  it('finds a VLAN whose number is a string', () => {
    const quoted = text.replace('  100: {', '  "100": {vid: 100, ');
    expect(editText(quoted, [setVlan(100, { description: 'new' })])).toBe(
      quoted.replace('"old"', '"new"'),
    );
  });
});
