import { editText, parseFaucet, setInterface } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import {
  networkEdits,
  removalEdits,
  staleDpEdits,
  staleInterfaceEdits,
} from '../../../src/plan/faucet/faucet-edits.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

const engine = 'RKVJ:HCRC';

describe('the edits of a network', () => {
  const operator =
    'acls:\n  web: [{rule: {actions: {allow: 1}}}] # mine\ndps:\n  office:\n    dp_id: 7\n    interfaces:\n      1: {native_vlan: 10}\n';

  test('change nothing when they are there already', () => {
    const network = sampleNetwork();
    const ports = [addPort(network, 1), addPort(network, 2, { acls: ['web'] })];
    const edits = (text: string) => networkEdits(network, 'lab', ports, engine, parseFaucet(text));
    const once = editText(operator, edits(operator));
    expect(editText(once, edits(once))).toBe(once);
  });

  test('leave the file as it was when the network goes', () => {
    const network = sampleNetwork();
    const ports = [addPort(network, 1)];
    const text = editText(
      operator,
      networkEdits(network, 'lab', ports, engine, parseFaucet(operator)),
    );
    expect(editText(text, removalEdits(network, 'lab', engine, parseFaucet(text)))).toBe(operator);
  });

  test('leave a description that people read to the edit that writes it', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1);
    const text = editText(
      operator,
      networkEdits(network, 'lab', [port], engine, parseFaucet(operator)),
    );
    port.endpoint = sampleEndpoint();
    expect(editText(text, networkEdits(network, 'lab', [port], engine, parseFaucet(text)))).toBe(
      text,
    );
  });

  test('remove datapaths of ours that nobody knows, and no others', () => {
    const network = sampleNetwork();
    const text = editText(
      operator,
      networkEdits(network, 'lab', [addPort(network, 1)], engine, parseFaucet(operator)),
    );
    expect(staleDpEdits(parseFaucet(text), engine, () => true)).toEqual([]);
    expect(staleDpEdits(parseFaucet(text), 'OTHER', () => false)).toEqual([]);
    expect(
      editText(
        text,
        staleDpEdits(parseFaucet(text), engine, () => false),
      ),
    ).toBe(operator);
  });

  test('remove interfaces of ours whose ports are gone, never the last and none of others', () => {
    const network = sampleNetwork({}, { mode: 'flat' });
    const [one, two] = [addPort(network, 1), addPort(network, 2)];
    const both = networkEdits(network, 'lab', [one, two], engine, parseFaucet(operator));
    const theirs = setInterface('lab', 7, { nativeVlan: 100, description: 'uplink' });
    const text = editText(operator, both);
    const shared = editText(text, [theirs]);
    network.ports.delete(2);
    const left = editText(shared, staleInterfaceEdits(network, parseFaucet(shared)));
    const numbers = parseFaucet(left)
      .dps.get('lab')
      ?.interfaces.map((item) => item.number);
    expect(numbers).toEqual([1, 7]);
    network.ports.clear();
    expect(staleInterfaceEdits(network, parseFaucet(text))).toEqual([]);
  });
});
