import { editText, type InterfaceSpec, parseFaucet, setInterface } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { claimOf, forgoneEdits } from '../../../src/plan/faucet/claimed-numbers.ts';
import { findDrift } from '../../../src/plan/faucet/faucet-drift.ts';
import { addPort, sampleEndpoint } from '../sample.ts';
import { merged, nat, operator } from './operators-sample.ts';

describe('a number of ours that an operator declares later', () => {
  const network = nat();
  addPort(network, 2);
  addPort(network, 4, { endpoint: sampleEndpoint() });
  const text = merged(network, operator(''));
  const claims = (changed: string, ofPort: number) => {
    const port = network.ports.get(ofPort);
    return port && claimOf(network, port, parseFaucet(changed));
  };
  const under = (line: string) => text.replace('      printer:', `${line}\n      printer:`);

  test('is his under another key that Faucet takes instead, and only our entry goes', () => {
    const after = text.replace('# The end.', '      late: {number: 2, native_vlan: 7}\n# The end.');
    expect(claims(after, 2)).toBe('interface "late" with number 2');
    const left = editText(after, forgoneEdits(network.record, [2], parseFaucet(after)));
    expect(left).toContain('late: {number: 2, native_vlan: 7}');
    expect(left).not.toMatch(/^ {6}2:/m);
  });

  test('is his by a range, and only our entry goes', () => {
    const ranged = text.replace('"20-24,30"', '"2-2,20-24,30"').replace('2-2', '2,4');
    expect(claims(ranged, 2)).toBe('the range "2,4,20-24,30" over number 2');
    expect(claims(ranged, 4)).toBe('the range "2,4,20-24,30" over number 4');
    const left = editText(ranged, forgoneEdits(network.record, [2], parseFaucet(ranged)));
    expect(left).not.toMatch(/^ {6}2:/m);
    expect(left).toMatch(/^ {6}4:/m);
  });

  test('is his when he writes his own in place of ours, unless a container has it', () => {
    const replace = (ofPort: number, spec: InterfaceSpec) =>
      editText(text, [setInterface('lab', ofPort, { description: 'the shop', ...spec })]);
    expect(claims(replace(2, { nativeVlan: 7 }), 2)).toBe('interface 2');
    const his = replace(2, { nativeVlan: 7 });
    expect(forgoneEdits(network.record, [2], parseFaucet(his))).toEqual([]);
    expect(claims(replace(2, {}), 2)).toBeUndefined();
    expect(claims(replace(4, { nativeVlan: 7 }), 4)).toBeUndefined();
    expect(findDrift(network, parseFaucet(replace(4, { nativeVlan: 7 })), true)).toHaveLength(1);
  });

  test('is not his for a word in a comment, nor for what is ours', () => {
    expect(claims(text, 2)).toBeUndefined();
    expect(claims(under('      # 2: {native_vlan: 7}'), 2)).toBeUndefined();
  });
});
