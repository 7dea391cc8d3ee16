import { describe, expect, it } from 'vitest';
import { checkConfig, FaucetConfigError, openText, parseFaucet } from '../src/index.ts';

const files: Readonly<Record<string, string>> = {
  '/etc/faucet/parts/acls.yaml': 'acls:\n  web: [{rule: {actions: {allow: 1}}}]\n  mail: [{}]\n',
  '/etc/faucet/parts/more.yaml':
    'include: [deep/office.yaml]\ndps:\n  lab: {dp_id: 9, interfaces: {1: {native_vlan: 5}}}\n',
  '/etc/faucet/parts/deep/office.yaml':
    'dps:\n  office: {dp_id: 8, interfaces: {2: {native_vlan: 6}}}\n',
  '/etc/faucet/loop.yaml': 'include: [faucet.yaml]\nacls: {}\n',
  '/etc/faucet/bad.yaml': 'dps: [\n',
};
const source = { path: '/etc/faucet/faucet.yaml', readFile: (path: string) => files[path] };
const main = `include: [parts/acls.yaml, parts/more.yaml]
include-optional: [parts/none.yaml]
dps:
  lab:
    dp_id: 18446744073709551615
    interfaces: {1: {native_vlan: 1, acls_in: [web]}, 7: {native_vlan: 1}}
`;

describe('included files', () => {
  it('replace whole objects of the same name, and are relative to the file that names them', () => {
    const model = parseFaucet(main, source);
    expect([...model.dps.values()].map((dp) => [dp.name, dp.dpId])).toEqual([
      ['lab', 9n],
      ['office', 8n],
    ]);
    expect([...model.acls.keys()]).toEqual(['web', 'mail']);
    expect(model.files).toEqual([source.path, ...Object.keys(files).slice(0, 3)]);
    expect(checkConfig(main, source)).toEqual([]);
  });

  it('are reported where they are named when they cannot be read, loop, or are broken', () => {
    const check = (name: string): string[] => {
      const found = checkConfig(
        `acls: {}\ninclude: [${name}]\n${main.slice(main.indexOf('dps'))}`,
        source,
      );
      return found.map((one) => `${one.file}:${one.line} ${one.code}`);
    };
    expect(check('none.yaml')).toContain('/etc/faucet/faucet.yaml:2 INCLUDE');
    expect(check('loop.yaml')).toContain('/etc/faucet/loop.yaml:1 INCLUDE');
    expect(check('bad.yaml')).toEqual(
      expect.arrayContaining([
        '/etc/faucet/bad.yaml:2 SYNTAX',
        '/etc/faucet/faucet.yaml:2 INCLUDE',
      ]),
    );
  });

  it('may hold what is missing when there is no way to read them', () => {
    expect(checkConfig(main)).toEqual([]);
  });
});

describe('a section without content', () => {
  const text = (path: string, file: string): string[] =>
    checkConfig(file, { ...source, path }).map((one) => `${one.line} ${one.message}`);

  it('gets the sentence of a map without datapaths where it is that of the datapaths', () => {
    const said = 'dps: there must be at least one datapath; Faucet refuses a file without one';
    for (const nothing of ['', ' ~', ' {}', ' []']) {
      expect(text('/f.yaml', `acls: {}\ndps:${nothing}\n`)).toEqual([`2 ${said}`]);
    }
    expect(text('/f.yaml', 'dps: 5\n')).toEqual(['1 dps must be a map of names']);
  });

  it('is to be left out in a file that another includes', () => {
    const files: Record<string, string> = { '/part.yaml': 'dps:\nacls: {}\n' };
    const problems = checkConfig(`include: [part.yaml]\n${main.slice(main.indexOf('dps'))}`, {
      path: '/f.yaml',
      readFile: (path) => files[path],
    });
    expect(problems[0]).toMatchObject({ file: '/part.yaml', line: 1 });
    expect(problems[0]?.message).toContain('leave it out');
  });
});

describe('a model', () => {
  it('has interface ranges in it, named ports by their numbers, and old keys under the new ones', () => {
    const text = `dps:
  a:
    dp_id: 0x10
    interface_ranges: {"1-2,5": {native_vlan: office, max_hosts: 1}}
    interfaces:
      2: {max_hosts: 5, acl_in: web}
      gw: {number: 4294967294, tagged_vlans: [1, office], opstatus_reconf: false}
vlans:
  office: {vid: 100, acl_out: web}
acls:
  web: {exact_match: true, rules: [{actions: {allow: 1}}, {rule: {eth_type: 0x800}}, {actions: {mirror: 1}}]}
meters: {slow: {meter_id: 7}, vague: {}}
`;
    const model = parseFaucet(text);
    const ports = model.dps.get('a')?.interfaces ?? [];
    expect(
      ports.map((port) => [port.number, port.name, port.nativeVlan, port.raw.max_hosts]),
    ).toEqual([
      [2, '2', 'office', 5],
      [4294967294, 'gw', undefined, undefined],
      [1, '1', 'office', 1],
      [5, '5', 'office', 1],
    ]);
    expect(ports[0]?.aclsIn).toEqual(['web']);
    expect(ports[1]).toMatchObject({
      taggedVlans: [1, 'office'],
      opstatusReconf: false,
      outputOnly: false,
    });
    expect(model.vlans.get('office')).toMatchObject({ vid: 100, aclsOut: ['web'] });
    expect(model.acls.get('web')?.rules.map((rule) => rule.verdict)).toEqual([
      'allow',
      'deny',
      'other',
    ]);
    expect([...model.meters.values()].map(({ name, meterId }) => [name, meterId])).toEqual([
      ['slow', 7],
      ['vague', undefined],
    ]);
  });

  it('is refused for what is not YAML as Faucet reads it, with the place', () => {
    const read = (): unknown => openText('dps:\n  a: {x: 1:2}\n').model(source);
    expect(read).toThrow(FaucetConfigError);
    expect(read).toThrow(expect.objectContaining({ code: 'SYNTAX', line: 2, file: source.path }));
  });

  it('follows anchors and merges', () => {
    const text =
      'dps:\n  a:\n    dp_id: 1\n    interfaces:\n      1: &p {native_vlan: 5}\n      2: {<<: *p, max_hosts: 1}\n      3: *p\n';
    const ports = parseFaucet(text).dps.get('a')?.interfaces ?? [];
    expect(ports.map((port) => [port.nativeVlan, port.raw.max_hosts])).toEqual([
      [5, undefined],
      [5, 1],
      [5, undefined],
    ]);
    expect(checkConfig(text)).toEqual([]);
  });
});
