import { describe, expect, it } from 'vitest';
import {
  editText,
  parseFaucet,
  removeAcl,
  removeDp,
  removeInterface,
  removeInterfaceRange,
  removeVlan,
  setAcl,
  setDp,
  setInterface,
} from '../src/index.ts';
import { changes, codeOf, office } from './office.ts';

describe('an edit that says what is so already', () => {
  it.each([
    [setInterface('office', 1, { nativeVlan: 100, aclsIn: ['a'] })],
    [setInterface('office', 7, { nativeVlan: 100, aclsIn: ['x', 'y'] })],
    [setDp('office', { dpId: 0xe0f00000affe0001n })],
    [setAcl('a', [{ rule: { actions: { allow: 1 } } }])],
    [setInterface('office', 1, { description: null, stack: null })],
    [removeInterface('office', 8)],
    [removeDp('home')],
    [removeAcl('b')],
    [removeVlan(100)],
    [removeInterfaceRange('office', '1-4')],
  ])('leaves every byte: %o', (edit) => {
    expect(editText(office, [edit])).toBe(office);
  });
});

describe('an edit of an interface', () => {
  it('changes a value where it stands and leaves comments and spacing', () => {
    const edited = editText(office, [setInterface('office', 7, { nativeVlan: 200 })]);
    expect(changes(office, edited)).toEqual([
      '-                native_vlan:  100 # staff',
      '+                native_vlan:  200 # staff',
    ]);
  });

  it('adds to a one-line map on its line', () => {
    const edited = editText(office, [setInterface('office', 1, { description: 'a "b"\u0007' })]);
    expect(changes(office, edited)).toEqual([
      '-            1: {native_vlan: 0x64,   acls_in: [a]}  # reception',
      '+            1: {native_vlan: 0x64,   acls_in: [a], description: "a \\"b\\"\\u0007"}  # reception',
    ]);
  });

  it('finds a named interface by its number and turns a list over several lines into one', () => {
    const edited = editText(office, [setInterface('office', 7, { aclsIn: ['z'] })]);
    expect(changes(office, edited)).toEqual([
      '-                acls_in:',
      '-                - x',
      '-                - y',
      '+                acls_in: ["z"]',
    ]);
  });

  it('takes keys away from both styles of map', () => {
    const edited = editText(office, [
      setInterface('office', 1, { nativeVlan: null }),
      setInterface('office', 7, { aclsIn: null }),
    ]);
    expect(changes(office, edited)).toEqual([
      '-            1: {native_vlan: 0x64,   acls_in: [a]}  # reception',
      '-                acls_in:',
      '-                - x',
      '-                - y',
      '+            1: {acls_in: [a]}  # reception',
    ]);
  });

  it('adds one below the others, indented as they are', () => {
    const edited = editText(office, [
      setInterface('office', 12, {
        nativeVlan: 100,
        aclsIn: ['a'],
        opstatusReconf: false,
        coprocessor: { strategy: 'vlan_vid' },
      }),
    ]);
    expect(changes(office, edited)).toEqual([
      '+            12:',
      '+                native_vlan: 100',
      '+                acls_in: ["a"]',
      '+                opstatus_reconf: false',
      '+                coprocessor:',
      '+                    strategy: "vlan_vid"',
    ]);
  });

  it.each([
    ['/web 1a2b3', '/web 1a2b3'],
    ['/lab_db-1.old', '/lab_db-1.old'],
    ['/web # 1', '"/web # 1"'],
    ['/web: 1', '"/web: 1"'],
    ['/web, 1', '"/web, 1"'],
    ['/web ', '"/web "'],
    ['web', '"web"'],
  ])(
    'writes the description %j as people look for it, where it can stand bare',
    (description, text) => {
      const edited = editText(office, [setInterface('office', 1, { description })]);
      expect(edited).toContain(`description: ${text}`);
      const found = parseFaucet(edited).dps.get('office')?.interfaces[0];
      expect(found?.description).toBe(description);
    },
  );

  it('takes the later of two with one number, and with keyed the one under the number itself', () => {
    const twice = (first: string, second: string) =>
      `dps:\n  a: {dp_id: 1, interfaces: {1: {native_vlan: 1}, ${first}, ${second}}}\n`;
    const [own, named] = ['7: {native_vlan: 2}', 'shop: {number: 7, native_vlan: 3}'];
    const removed = (text: string, keyed: boolean) =>
      editText(text, [removeInterface('a', 7, { keyed })]);
    expect(removed(twice(own, named), false)).not.toContain('shop');
    expect(removed(twice(named, own), false)).not.toContain('7: {');
    for (const text of [twice(own, named), twice(named, own)]) {
      expect(removed(text, true)).toContain('shop');
      expect(removed(text, true)).not.toContain('7: {');
    }
    const elsewhere = twice('7: {number: 8, native_vlan: 2}', named);
    expect(removed(elsewhere, true)).toBe(elsewhere);
  });

  it('refuses numbers that are no ports and datapaths that are not there', () => {
    expect(codeOf([setInterface('office', 0, {})])).toBe('BAD_VALUE');
    expect(codeOf([setInterface('office', 1.5, {})])).toBe('BAD_VALUE');
    expect(codeOf([setInterface('office', 0xfffffffd, {})])).toBe('BAD_VALUE');
    expect(codeOf([setInterface('home', 1, {})])).toBe('UNKNOWN_DP');
    expect(codeOf([setInterface('office', 1, { other: { max_hosts: 2 ** 60 } })])).toBe(
      'BAD_VALUE',
    );
    expect(codeOf([setInterface('office', 0xfffffffe, { nativeVlan: 100 })])).toBe('no error');
  });
});
