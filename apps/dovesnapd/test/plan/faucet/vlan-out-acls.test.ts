import { editText, parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { parseAclChoice } from '../../../src/domain/acl-choice.ts';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { dpMark } from '../../../src/domain/names.ts';
import {
  unusedVlanOutEdits,
  vlanOutConflict,
  vlanOutDrift,
  vlanOutEdits,
  vlanOutObstacle,
} from '../../../src/plan/faucet/vlan-out-acls.ts';
import { networkId, sampleNetwork } from '../sample.ts';

const engine = 'RKVJ:HCRC';
const acls = 'acls:\n  a: [{rule: {actions: {allow: 1}}}]\n  b: [{rule: {actions: {allow: 1}}}]\n';
const dps = 'dps:\n  office: {dp_id: 7, interfaces: {1: {native_vlan: 100, acls_in: [b]}}}\n';

function asking(text: string, vlan = 100, name = 'lab'): AttachedNetwork {
  const vlanOutAcl = parseAclChoice(text);
  if (vlanOutAcl === undefined) throw new Error(`${text} is no choice of ACLs`);
  return sampleNetwork({ vlanOutAcl, vlan }, { name });
}

function put(network: AttachedNetwork, text: string): string {
  return editText(text, vlanOutEdits(network, engine, parseFaucet(text)));
}

function sweep(text: string, wanted: (vlan: number) => boolean = () => false): string {
  return editText(text, unusedVlanOutEdits(parseFaucet(text), engine, wanted));
}

describe('an ACL on the output of a VLAN', () => {
  test.each([
    ['a file without VLANs', `${acls}${dps}`],
    ['other VLANs', `${acls}vlans:\n  office: {vid: 20}\n${dps}`],
    ['the VLAN by its number', `${acls}vlans:\n  100: {max_hosts: 9} # mine\n${dps}`],
    [
      'the VLAN by a name',
      `${acls}vlans:\n  lan:\n    vid: 100\n    description: "the lab"\n${dps}`,
    ],
  ])('comes and goes with %s, and leaves the text as it was', (_what, text) => {
    const once = put(asking('a'), text);
    const entry = [...parseFaucet(once).vlans.values()].find((item) => item.vid === 100);
    expect(entry?.aclsOut).toEqual(['a']);
    expect(put(asking('a'), once)).toBe(once);
    expect(sweep(once, (vlan) => vlan === 100)).toBe(once);
    expect(sweep(once)).toBe(text);
  });

  test('is not taken away when the operator put it there', () => {
    const text = `${acls}vlans:\n  100: {acls_out: [a]}\n${dps}`;
    expect(put(asking('a'), text)).toBe(text);
    expect(sweep(text)).toBe(text);
  });

  test('leaves what the operator has added to our entry since', () => {
    const once = put(asking('a'), `${acls}${dps}`);
    const added = once.replace('acls_out:', 'max_hosts: 9\n    acls_out:');
    const left = [...parseFaucet(sweep(added)).vlans.values()];
    expect(left).toEqual([expect.objectContaining({ vid: 100, raw: { max_hosts: 9 } })]);
  });

  test('is put back when the operator took it out of our entry', () => {
    const once = put(asking('a'), `${acls}${dps}`);
    const weakened = once.replace(/ *acls_out:.*\n/, '');
    expect(weakened).not.toBe(once);
    expect(vlanOutDrift(asking('a'), parseFaucet(once))).toBeUndefined();
    expect(vlanOutDrift(asking('a'), parseFaucet(weakened))).toBe(
      'is on VLAN 100, which has acls_out [] instead of [a]',
    );
    expect(parseFaucet(put(asking('a'), weakened)).vlans.get('100')?.aclsOut).toEqual(['a']);
  });

  test('stays for the network of another host on this VLAN', () => {
    const mark = dpMark('OTHER', networkId);
    const theirs = `  far: {dp_id: 9, description: ${mark}, interfaces: {1: {native_vlan: 100}}}\n`;
    const once = put(asking('a'), `${acls}${dps}${theirs}`);
    expect(sweep(once)).toBe(once);
  });

  test('is nothing for a network that does not ask for one', () => {
    const text = `${acls}${dps}`;
    expect(put(asking('other:a'), text)).toBe(text);
  });
});

describe('what stands against it', () => {
  const conflict = (network: AttachedNetwork, others: AttachedNetwork[], text: string) =>
    vlanOutConflict(network, others, engine, parseFaucet(text));

  test('is another list of a network of ours on this VLAN', () => {
    const text = `${acls}${dps}`;
    const other = asking('b', 100, 'twin');
    expect(conflict(asking('a'), [other], text)).toBe('network twin has "b" on VLAN 100');
    expect(conflict(asking('a,b'), [asking('b,a', 100, 'twin')], text)).toBeDefined();
    expect(conflict(asking('b'), [other], text)).toBeUndefined();
    expect(conflict(asking('a', 101), [other], text)).toBeUndefined();
    expect(conflict(asking('a'), [asking('lab:b', 100, 'twin')], text)).toBeUndefined();
  });

  test('is another list of the operator, and none of ours that was changed', () => {
    const theirs = `${acls}vlans: {100: {acls_out: [b]}}\n${dps}`;
    expect(conflict(asking('a'), [], theirs)).toBe('faucet.yaml has "b" on the output of VLAN 100');
    expect(conflict(asking('b'), [], theirs)).toBeUndefined();
    expect(conflict(asking('a'), [], put(asking('b'), `${acls}${dps}`))).toBeUndefined();
  });

  test.each([
    ['a port of the file has that ACL', {}, 'b', dps, 'ACL "b" is a port\'s too'],
    ['it is the default of the same network', { defaultAcl: 'a' }, 'a', dps, 'ACL "a" is a port'],
    ["it is the gateway's of the same network", { natAcl: 'x:a' }, 'y:a', dps, 'ACL "a" is a port'],
    [
      'a port number is too high for the pipeline',
      {},
      'a',
      'dps:\n  office: {dp_id: 7, interfaces: {5000: {native_vlan: 1}}}\n',
      'faucet.yaml has a port 5000',
    ],
  ])('is that %s', (_what, given, out, text, sentence) => {
    const spec = {
      defaultAcl: parseAclChoice('defaultAcl' in given ? given.defaultAcl : '') ?? expect.fail(),
      natAcl: parseAclChoice('natAcl' in given ? given.natAcl : '') ?? expect.fail(),
      vlanOutAcl: parseAclChoice(out) ?? expect.fail(),
      addedPorts: [],
    };
    expect(vlanOutObstacle(spec, parseFaucet(`${acls}${text}`))).toContain(sentence);
  });

  test('is nothing else', () => {
    const text =
      'dps:\n  office: {dp_id: 7, interfaces: {4092: {native_vlan: 1}, 4294967294: {native_vlan: 1}}}\n';
    expect(vlanOutObstacle(asking('a').spec, parseFaucet(`${acls}${text}`))).toBeUndefined();
  });
});
