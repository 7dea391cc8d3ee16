import { describe, expect, it } from 'vitest';
import {
  checkConfig,
  editText,
  parseFaucet,
  placeholderDp,
  removeAcl,
  removeDp,
  removeInterface,
  removeInterfaceRange,
  setDp,
  setInterface,
  setInterfaceRange,
} from '../src/index.ts';
import { codeOf, office } from './office.ts';

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
