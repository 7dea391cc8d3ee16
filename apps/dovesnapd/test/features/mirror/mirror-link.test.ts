import { editText, type InterfaceSpec, parseFaucet, setInterface } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { observeOtherPorts } from '../../../src/domain/network-observation.ts';
import { recordNumbers } from '../../../src/domain/network-record.ts';
import type { OtherPort } from '../../../src/domain/other-ports.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import { otherMirrorEdits } from '../../../src/features/mirror/mirror-link.ts';
import { mirroredNetwork, observeMirror } from '../../../src/features/mirror/mirrored-network.ts';
import { checkDatapath } from '../../../src/plan/faucet/datapath-conflict.ts';
import { findDrift } from '../../../src/plan/faucet/faucet-drift.ts';
import { networkEdits, removalEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { otherPortEdits } from '../../../src/plan/interfaces/other-port-edits.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { mirrored } from './mirrored.ts';

const engine = 'RKVJ:HCRC';
const operator = 'dps:\n  other: {dp_id: 1, interfaces: {1: {native_vlan: 5}}}\n';

/** A network with a link to the mirror of this number, which faucet.yaml has had. */
function networkWith(link: number | undefined): AttachedNetwork {
  const feature = mirroredNetwork(link, 99);
  observeMirror(feature, { seen: true });
  const network = sampleNetwork({ features: [feature], mode: 'flat' });
  addPort(network, 1);
  addPort(network, 2, { treatments: mirrored, endpoint: sampleEndpoint() });
  return network;
}

function written(network: AttachedNetwork, text = operator): string {
  const ports = [...network.ports.values()];
  return editText(text, networkEdits(network, 'lab', ports, engine, parseFaucet(text)));
}

function linkIn(text: string) {
  const dp = parseFaucet(text).dps.get('lab');
  return dp?.interfaces.find((item) => item.description === 'dovesnap mirror');
}

function driftsOf(network: AttachedNetwork, text: string): string[] {
  return findDrift(network, parseFaucet(text), true).map(({ what }) => what);
}

const tap: OtherPort = {
  ...{ name: 'vnet0', kind: 'external', ofPort: 20, mac: '', devices: [], gone: false },
  ...{
    vlan: 100,
    acls: ['dovesnap-allow-all'],
    treatments: mirrored,
    closed: undefined,
  },
  ...{ remark: undefined, peer: undefined },
};

describe('the link to the mirror in faucet.yaml', () => {
  test('takes nothing in, and copies the ports that are mirrored', () => {
    const link = linkIn(written(networkWith(99)));
    expect(link).toMatchObject({ number: 99, outputOnly: true, mirror: [2] });
    expect(driftsOf(networkWith(99), written(networkWith(99)))).toEqual([]);
  });

  test('is there without a list when nothing is mirrored, and not at all without a mirror', () => {
    const network = networkWith(99);
    for (const port of network.ports.values()) Object.assign(port, { treatments: noTreatments });
    expect(linkIn(written(network))?.raw).not.toHaveProperty('mirror');
    expect(linkIn(written(networkWith(undefined)))).toBeUndefined();
  });

  test('goes when the network has none any more, or another', () => {
    const text = written(networkWith(99));
    expect(linkIn(written(networkWith(undefined), text))).toBeUndefined();
    expect(linkIn(written(networkWith(50), text))?.number).toBe(50);
  });

  test('names no port that faucet.yaml does not have: Faucet would refuse it', () => {
    const network = networkWith(99);
    const [one] = [...network.ports.values()];
    const edits = networkEdits(network, 'lab', one ? [one] : [], engine, parseFaucet(operator));
    expect(linkIn(editText(operator, edits))?.mirror).toEqual([]);
  });

  test('is taken out of a datapath that an operator has declared', () => {
    const theirs = 'dps:\n  lab: {dp_id: 1, interfaces: {7: {native_vlan: 100}}}\n';
    const text = written(networkWith(99), theirs);
    const left = editText(text, removalEdits(networkWith(99), 'lab', engine, parseFaucet(text)));
    const numbers = parseFaucet(left)
      .dps.get('lab')
      ?.interfaces.map((item) => item.number);
    expect(numbers).toEqual([7]);
  });

  test.each([
    ['in a VLAN', 'interfaces: {99: {native_vlan: 100}}'],
    ['with tagged VLANs only', 'interfaces: {99: {tagged_vlans: [7]}}'],
    [
      'that only sends',
      "interfaces: {ids: {number: 99, output_only: true, description: 'for Ann'}}",
    ],
    ['of a range', 'interface_ranges: {"98-99": {native_vlan: 7}}'],
  ])('leaves an operator’s own interface of its number alone, one %s', (_what, interfaces) => {
    const model = parseFaucet(`dps:\n  lab: {dp_id: 1, ${interfaces}}\n`);
    const network = networkWith(99);
    expect(() => checkDatapath(network, 'lab', model)).toThrow(
      'faucet.yaml has an interface 99 of its own in datapath "lab", the number of the link to the mirror: give the network another ovs.bridge.lbport',
    );
    expect(otherMirrorEdits(network, 99, model)).toEqual([]);
    const unmirrored = networkWith(undefined);
    expect(() => checkDatapath(unmirrored, 'lab', model)).not.toThrow();
  });

  test.each<[InterfaceSpec, string[]]>([
    [{ mirror: null }, ['interface 2 is no longer mirrored']],
    [{ mirror: [1, 2] }, ['interface 1 is mirrored']],
    [{ mirror: [2, 4_294_967_294] }, ["the mirror's interface 99 has 4294967294 in mirror"]],
    [{ outputOnly: null }, ["the mirror's interface 99 has no output_only: true"]],
    [{ aclsIn: ['lax'] }, ["the mirror's interface 99 has acls_in"]],
  ])('is drift with %j, and what we write then puts it right', (spec, what) => {
    const network = networkWith(99);
    const text = editText(written(network), [setInterface('lab', 99, spec)]);
    expect(driftsOf(network, text)).toEqual(what);
    expect(driftsOf(network, written(network, text))).toEqual([]);
  });

  test('copies a port that others added when its row asks for it, and stops when it does not', () => {
    const network = networkWith(99);
    recordNumbers(network.record, [{ ofPort: 20, name: 'vnet0' }]);
    observeOtherPorts(network.observation, [tap]);
    const withTap = setInterface('lab', 20, { nativeVlan: 100, description: 'vnet0' });
    const look = (text: string, port: OtherPort) => {
      observeOtherPorts(network.observation, [port]);
      const edits = otherPortEdits(network, 'lab', [port], parseFaucet(text));
      return editText(
        text,
        edits.map(({ edit }) => edit),
      );
    };
    const text = look(editText(written(network), [withTap]), tap);
    expect(linkIn(text)?.mirror).toEqual([2, 20]);
    expect(otherPortEdits(network, 'lab', [tap], parseFaucet(text))).toEqual([]);
    expect(driftsOf(network, text)).toEqual([]);
    expect(linkIn(look(text, { ...tap, treatments: noTreatments }))?.mirror).toEqual([2]);
  });
});
