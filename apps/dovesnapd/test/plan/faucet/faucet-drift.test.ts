import {
  editText,
  type InterfaceSpec,
  parseFaucet,
  removeAcl,
  removeInterface,
  setAcl,
  setInterface,
} from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { localOfPort } from '../../../src/domain/names.ts';
import { findDrift } from '../../../src/plan/faucet/faucet-drift.ts';
import { networkEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

const engine = 'RKVJ:HCRC';
const operator = 'dps:\n  other: {dp_id: 1, interfaces: {1: {native_vlan: 5}}}\n';

function writtenNetwork(): AttachedNetwork {
  const network = sampleNetwork({}, { gatewayBefore: 'nothing' });
  addPort(network, 1);
  addPort(network, 2, { acls: ['guard'], endpoint: sampleEndpoint() });
  return network;
}

/** faucet.yaml as we write it for all ports of the network. */
function written(network: AttachedNetwork, text = operator): string {
  const ports = [...network.ports.values()];
  return editText(text, networkEdits(network, 'lab', ports, engine, parseFaucet(text)));
}

function driftsOf(network: AttachedNetwork, text: string): string[] {
  return findDrift(network, parseFaucet(text), true).map(({ what }) => what);
}

describe('what faucet.yaml says of a network', () => {
  test('is no drift when it is what we wrote', () => {
    const network = writtenNetwork();
    expect(driftsOf(network, written(network))).toEqual([]);
  });

  test.each<[InterfaceSpec, string]>([
    [{ aclsIn: ['lax'] }, 'has acls_in [lax] instead of [guard]'],
    [{ aclsIn: null }, 'has acls_in [] instead of [guard]'],
    [{ nativeVlan: 7 }, 'has native_vlan 7 instead of 100'],
    [{ nativeVlan: null, taggedVlans: [100] }, 'has no native_vlan instead of 100'],
    [{ taggedVlans: [7] }, 'has tagged_vlans'],
    [{ mirror: [1] }, 'has mirror'],
    [{ opstatusReconf: true }, 'has no opstatus_reconf: false'],
  ])('is drift with %j, and what we write then puts it right', (spec, what) => {
    const network = writtenNetwork();
    const text = editText(written(network), [setInterface('lab', 2, spec)]);
    expect(driftsOf(network, text)).toEqual([`interface 2 ${what}`]);
    expect(driftsOf(network, written(network, text))).toEqual([]);
  });

  test.each([
    [removeAcl('dovesnap-allow-all'), 'ACL dovesnap-allow-all is not there'],
    [
      setAcl('dovesnap-allow-all', [{ rule: { actions: { allow: 0 } } }]),
      'ACL dovesnap-allow-all has other rules',
    ],
  ])('is drift when our own ACL is not as we wrote it (%#), and is put right', (edit, what) => {
    const network = writtenNetwork();
    const text = editText(written(network), [edit]);
    expect(driftsOf(network, text)).toEqual([what]);
    expect(driftsOf(network, written(network, text))).toEqual([]);
  });

  test("is no drift of the gateway's before it has been as we write it: it is on its way", () => {
    const network = sampleNetwork({}, { gatewayBefore: 'nothing' });
    const gateway = (hasBegun: boolean): string[] =>
      findDrift(network, parseFaucet(operator), hasBegun).map(({ what }) => what);
    expect(gateway(true)).toEqual(["the gateway's interface is not there"]);
    expect(gateway(false)).toEqual([]);
  });

  test('is drift when an interface is gone, and what we write then puts it right', () => {
    const network = writtenNetwork();
    const text = editText(written(network), [removeInterface('lab', 1)]);
    expect(driftsOf(network, text)).toEqual(['interface 1 is not there']);
    expect(driftsOf(network, written(network, text))).toEqual([]);
  });

  test('is drift when the gateway has another ACL', () => {
    const network = writtenNetwork();
    const edit = setInterface('lab', localOfPort, { aclsIn: ['guard'] });
    expect(driftsOf(network, editText(written(network), [edit]))).toEqual([
      "the gateway's interface has acls_in [guard] instead of [dovesnap-allow-all]",
    ]);
  });

  test('is no drift when a person has described an interface', () => {
    const network = writtenNetwork();
    const edit = setInterface('lab', 2, { description: 'the shop', name: 'shop' });
    expect(driftsOf(network, editText(written(network), [edit]))).toEqual([]);
  });

  test('is no drift of ports that are being written about', () => {
    const network = sampleNetwork({ mode: 'flat' });
    addPort(network, 1, { flows: 'awaited' });
    addPort(network, 2, { phase: 'claimed', endpoint: sampleEndpoint() });
    addPort(network, 3, { phase: 'pending', endpoint: sampleEndpoint() });
    expect(driftsOf(network, operator)).toEqual([]);
  });

  test('is no drift of a network that was never written', () => {
    expect(driftsOf(sampleNetwork(), operator)).toEqual([]);
  });
});
