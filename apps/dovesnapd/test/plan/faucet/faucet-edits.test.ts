import { checkConfig, editText, parseFaucet, setInterface } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { portDrift } from '../../../src/plan/faucet/faucet-drift.ts';
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

  test('name an ACL whose name is a number as Faucet finds it, and take it for the one of the label', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { acls: ['7'] });
    const text = operator.replace('web:', '7:');
    const edited = editText(text, networkEdits(network, 'lab', [port], engine, parseFaucet(text)));
    expect(edited).toContain('acls_in: [7]');
    expect(checkConfig(edited)).toEqual([]);
    expect(portDrift(network, port, parseFaucet(edited))).toBeUndefined();
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

  test('take the last use of our ACL away also when two networks are removed in one write', () => {
    const one = sampleNetwork({ dpid: 1n }, { name: 'front' });
    const other = sampleNetwork({ dpid: 2n }, { name: 'back' });
    const enter = (text: string, network: AttachedNetwork, dp: string): string => {
      const ports = [addPort(network, 1)];
      return editText(text, networkEdits(network, dp, ports, engine, parseFaucet(text)));
    };
    const text = enter(enter(operator, one, 'front'), other, 'back');
    const model = parseFaucet(text);
    const both = [
      ...removalEdits(one, 'front', engine, model),
      ...removalEdits(other, 'back', engine, model),
    ];
    expect(editText(text, both)).toBe(operator);
  });

  test('leave a description that people read to the edit that writes it', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1);
    const text = editText(
      operator,
      networkEdits(network, 'lab', [port], engine, parseFaucet(operator)),
    );
    Object.assign(port, { endpoint: sampleEndpoint() });
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
    const network = sampleNetwork({ mode: 'flat' });
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
