import { describe, expect, test } from 'vitest';
import { takenNumbers } from '../../../src/plan/pool/taken-numbers.ts';
import { port, stateWith } from '../interfaces/other-ports-sample.ts';
import { addPort, sampleNetwork } from '../sample.ts';

describe('a number of ours', () => {
  const network = sampleNetwork();
  const mine = addPort(network, 5);
  const row = (ofPort: number | undefined) => port(mine.hostLink, { ofPort });

  test('is taken when our port goes under another, and who has it is said', () => {
    expect(takenNumbers(network, stateWith(row(9), port('vnet0', { ofPort: 5 })))).toEqual([
      { port: mine, what: 'port vnet0 of the bridge has OpenFlow number 5' },
    ]);
    expect(takenNumbers(network, stateWith(row(9)))).toEqual([
      { port: mine, what: `Open vSwitch gave port ${mine.hostLink} number 9 and not 5` },
    ]);
  });

  test('is said to be had by a bond, and by a name that cannot stand bare, as they are called', () => {
    const odd = port('a b\u202e', { ofPort: 5 }, { ofPort: 6 });
    expect(takenNumbers(network, stateWith(row(9), odd))[0]?.what).toBe(
      'port "a b\\u{202e}" of the bridge has OpenFlow number 5',
    );
  });

  test('is not taken while our port has it, has none yet, or is not there', () => {
    expect(takenNumbers(network, stateWith(row(5)))).toEqual([]);
    expect(takenNumbers(network, stateWith(row(undefined)))).toEqual([]);
    expect(takenNumbers(network, stateWith(port('vnet0', { ofPort: 5 })))).toEqual([]);
  });
});
