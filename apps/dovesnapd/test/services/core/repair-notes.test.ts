import { expect, test } from 'vitest';
import { setNote } from '../../../src/domain/network-notes.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import {
  dropDoneRepairs,
  isPutRight,
  noteWhileFileStays,
} from '../../../src/services/core/repair-notes.ts';
import { addPort, sampleEndpoint, sampleNetwork, sentencesOf } from '../../plan/sample.ts';

test('a note on a repair is there until it is done, and others stay', () => {
  const network = sampleNetwork();
  let isDone = false;
  setNote(network.notes, 'tso', { sentence: 'another' });
  setNote(network.notes, 'drift', {
    sentence: 'somebody changed something',
    isDone: () => isDone,
  });
  dropDoneRepairs(network.notes);
  expect(sentencesOf(network)).toEqual(['another', 'somebody changed something']);
  isDone = true;
  dropDoneRepairs(network.notes);
  isDone = false;
  dropDoneRepairs(network.notes);
  expect(sentencesOf(network)).toEqual(['another']);
});

test('a note on a file that cannot be written goes when somebody else has changed it', () => {
  const network = sampleNetwork();
  let changesByOthers = 3;
  const faucet = { status: () => ({ changesByOthers }) } as unknown as Parts['faucet'];
  noteWhileFileStays({ faucet }, network.notes, 'faucet', 'Faucet refuses this file');
  dropDoneRepairs(network.notes);
  expect(sentencesOf(network)).toEqual(['Faucet refuses this file']);
  changesByOthers += 1;
  dropDoneRepairs(network.notes);
  expect(sentencesOf(network)).toEqual([]);
});

test('a port is put right when it is open, or free and ready, or gone', () => {
  const network = sampleNetwork();
  const port = addPort(network, 1, { phase: 'pending', endpoint: sampleEndpoint() });
  expect(isPutRight(network, port)).toBe(false);
  Object.assign(port, { phase: 'open' });
  expect(isPutRight(network, port)).toBe(true);
  Object.assign(port, { flows: 'lost' });
  expect(isPutRight(network, port)).toBe(false);
  Object.assign(port, { phase: 'free', endpoint: undefined, flows: 'awaited' });
  expect(isPutRight(network, port)).toBe(false);
  network.ports.delete(1);
  expect(isPutRight(network, port)).toBe(true);
});
