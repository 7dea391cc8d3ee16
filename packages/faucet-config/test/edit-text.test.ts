import { describe, expect, it } from 'vitest';
import {
  checkConfig,
  type Edit,
  editText,
  FaucetConfigError,
  parseFaucet,
  placeholderDp,
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

const office = `# the office
dps:
    office:   # keep this name
        dp_id: 0xE0F00000AFFE0001
        interfaces:
            1: {native_vlan: 0x64,   acls_in: [a]}  # reception
            # the printer
            web:
                number: 7
                native_vlan:  100 # staff
                acls_in:
                - x
                - y
            9: {output_only: true, mirror: [1, 7]}
acls:
  a: [{rule: {actions: {allow: 1}}}]`;

/** Lines of the result that are not in the text, and lines of the text that are gone, as a patch has them. */
function changes(before: string, after: string): string[] {
  const old = before.split('\n');
  const now = after.split('\n');
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

function codeOf(edits: readonly Edit[], text = office): string {
  try {
    editText(text, edits);
  } catch (error) {
    if (error instanceof FaucetConfigError) return error.code;
    throw error;
  }
  return 'no error';
}

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

describe('what is left over', () => {
  it('sweeps mirror lists that name a removed port by number or by name', () => {
    const text = office.replace('mirror: [1, 7]', 'mirror: [1, web]');
    const edited = editText(text, [removeInterface('office', 7)]);
    expect(edited).toContain('9: {output_only: true, mirror: [1]}');
  });

  it('keeps a mirror destination closed when its last source goes', () => {
    const text = office.replace('output_only: true, mirror: [1, 7]', 'mirror: 7');
    const edited = editText(text, [removeInterface('office', 7)]);
    expect(edited).toContain('9: {output_only: true}');
  });

  it('keeps the mirror of a port that is replaced', () => {
    const edited = editText(office, [
      removeInterface('office', 7),
      setInterface('office', 7, { nativeVlan: 5 }),
    ]);
    expect(edited).toContain('mirror: [1, 7]');
  });

  it('puts the placeholder in the place of the last datapath, and takes it away for the next', () => {
    const empty = editText(office, [removeDp('office')]);
    expect([...parseFaucet(empty).dps.keys()]).toEqual([placeholderDp.name]);
    expect(checkConfig(empty).filter((one) => one.severity !== 'wrong')).toEqual([]);
    const again = editText(empty, [
      setDp('lab', { dpId: 5n }),
      setInterface('lab', 1, { nativeVlan: 100 }),
    ]);
    expect([...parseFaucet(again).dps.keys()]).toEqual(['lab']);
    expect(again.startsWith('# the office\ndps:\n')).toBe(true);
  });

  it('refuses to leave a datapath without interfaces', () => {
    const all = [1, 7, 9].map((port) => removeInterface('office', port));
    expect(codeOf(all)).toBe('LAST_INTERFACE');
    expect(codeOf([...all, setInterface('office', 2, { nativeVlan: 1 })])).toBe('no error');
    expect(codeOf([...all, removeDp('office')])).toBe('no error');
    expect(codeOf([setDp('lab', { dpId: 5n })])).toBe('LAST_INTERFACE');
    expect(codeOf([setDp('lab', {})])).toBe('BAD_VALUE');
  });

  it('takes a section away with its last entry, because Faucet refuses one that is null', () => {
    expect(editText(office, [removeAcl('a')])).not.toContain('acls:\n');
    const ranged = editText(office, [setInterfaceRange('office', '20-23', { nativeVlan: 100 })]);
    expect(parseFaucet(ranged).dps.get('office')?.interfaces).toHaveLength(7);
    expect(editText(ranged, [removeInterfaceRange('office', '20-23')])).toBe(office);
  });
});

const stacked = `acls:
  remote-mirror-356-sink-9:
    - rule: {vlan_vid: 356, actions: {allow: 0}}
    - rule: {actions: {allow: 0, output: {tunnel: {type: vlan, tunnel_id: 356, dp: sink, port: 9}}}}
  watch:
    - rule:
        actions:
          allow: 1
          output:
            - tunnel: {tunnel_id: 357, dp: sink, port: 9}
dps:
  sink:
    dp_id: 1
    stack: {priority: 1}
    interfaces:
      9: {output_only: true}
      10: {stack: {dp: lab, port: 10}}
  lab:
    dp_id: 2
    interfaces:
      1: {native_vlan: 100, acls_in: [watch]}
      10: {description: "to sink", stack: {dp: sink, port: 10}}
      99: {coprocessor: {strategy: vlan_vid}, acls_in: [remote-mirror-356-sink-9], mirror: [1]}
`;

describe('what points at a datapath that goes', () => {
  it('loses its tunnels and stack links, and Faucet takes the rest', () => {
    expect(checkConfig(stacked)).toEqual([]);
    const edited = editText(stacked, [removeDp('sink')]);
    expect(checkConfig(edited)).toEqual([]);
    const model = parseFaucet(edited);
    const verdicts = (acl: string): unknown =>
      model.acls.get(acl)?.rules.map((rule) => rule.verdict);
    expect(verdicts('watch')).toEqual(['allow']);
    expect(verdicts('remote-mirror-356-sink-9')).toEqual(['deny', 'deny']);
    expect(model.dps.get('lab')?.interfaces.map((port) => port.number)).toEqual([1, 99]);
  });

  it('loses tunnels to one port that goes, and keeps those to others', () => {
    const edited = editText(stacked, [
      removeInterface('sink', 9),
      setInterface('sink', 8, { outputOnly: true }),
    ]);
    expect(edited).not.toContain('tunnel:');
    expect(edited).toContain('stack: {dp: sink, port: 10}');
  });

  it('takes the ACL of a remote mirror along with the last port that used it', () => {
    const edited = editText(stacked, [removeInterface('lab', 99)]);
    expect([...parseFaucet(edited).acls.keys()]).toEqual(['watch']);
  });
});

describe('files of every kind', () => {
  const lab = [setDp('lab', { dpId: 5n }), setInterface('lab', 1, { nativeVlan: 100 })];
  const block =
    'dps:\n  "lab":\n    dp_id: 5\n    interfaces:\n      1:\n        native_vlan: 100\n';

  it.each([
    ['', block],
    ['# none yet\n', `# none yet\n${block}`],
    [
      'dps:\n',
      'dps:\n  "lab":\n    dp_id: 5\n    interfaces:\n      1:\n        native_vlan: 100\n',
    ],
    ['dps: ~ # none\nversion: 2\n', `${block.replace('dps:', 'dps: # none')}version: 2\n`],
    ['dps: {} # none\n...\n', `${block.replace('dps:', 'dps: # none')}...\n`],
    ['version: 2', `version: 2\n${block.trimEnd()}`],
    ['\ufeffversion: 2\r\n', `\ufeffversion: 2\r\n${block.replaceAll('\n', '\r\n')}`],
    [
      '{version: 2}\n',
      '{version: 2, dps: {"lab": {dp_id: 5, interfaces: {1: {native_vlan: 100}}}}}\n',
    ],
  ])('%j takes a first datapath', (text, wanted) => {
    expect(editText(text, lab)).toBe(wanted);
  });

  it('keeps what an anchor marks when nothing else needs it, and refuses to cut it off when something does', () => {
    const text =
      'dps:\n  a:\n    dp_id: 1\n    interfaces:\n      1: &plain {native_vlan: 100}\n      2: *plain\n';
    expect(codeOf([removeInterface('a', 1)], text)).toBe('UNEDITABLE');
    expect(codeOf([setInterface('a', 2, { nativeVlan: 5 })], text)).toBe('UNEDITABLE');
    expect(editText(text, [removeInterface('a', 2)])).toBe(text.replace('      2: *plain\n', ''));
    expect(editText(text, [setVlan(100, { description: 'x' })])).toContain(
      '&plain {native_vlan: 100}',
    );
  });

  it('refuses what is not YAML, with the line', () => {
    expect(() => editText('dps:\n  a: [1,\nb: 2\n', lab)).toThrow(/line [23]/);
    expect(codeOf(lab, 'dps:\n  a: [1,\nb: 2\n')).toBe('SYNTAX');
    expect(codeOf(lab, '- 1\n')).toBe('SYNTAX');
  });

  it('quotes names, whatever they look like, and writes floats with a dot', () => {
    const edited = editText('', [
      setDp('0x1', { dpId: 5n, other: { stack: { priority: 1, min_stack_health: 1 } } }),
      setInterface('0x1', 1, { description: '2024-01-01', nativeVlan: 'no' }),
      setVlan('no', { vid: 7, other: { max_hosts: 5 } }),
    ]);
    expect(checkConfig(edited)).toEqual([]);
    expect(edited).toContain('min_stack_health: 1.0');
  });
});
