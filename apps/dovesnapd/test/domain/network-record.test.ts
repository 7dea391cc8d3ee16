import { expect, test } from 'vitest';
import {
  dropBlocked,
  dropNumbers,
  recordBlocked,
  recordName,
  recordNumbers,
} from '../../src/domain/network-record.ts';
import { bridgeRecord } from '../../src/plan/networks/bridge-spec.ts';
import { sampleNetwork } from '../plan/sample.ts';

test('whoever holds the record of a network sees what changes', () => {
  const network = sampleNetwork({}, { name: undefined });
  const { record } = network;
  recordName(network.record, 'lab');
  recordBlocked(network.record, [['vnet0', 'why']]);
  expect(record).toMatchObject({ name: 'lab', blocked: new Map([['vnet0', 'why']]) });
  expect(bridgeRecord(network, 'engine')).toMatchObject({ name: 'lab', blocked: ['vnet0'] });
});

test('what somebody reads stays as it is while the record changes', () => {
  const { record } = sampleNetwork();
  recordBlocked(record, [
    ['a', 'why'],
    ['b', 'why'],
  ]);
  const read: string[] = [];
  for (const name of record.blocked.keys()) {
    read.push(name);
    dropBlocked(record, 'b');
    recordBlocked(record, [['c', 'why']]);
  }
  expect(read).toEqual(['a', 'b']);
  expect([...record.blocked.keys()]).toEqual(['a', 'c']);
});

test('numbers stay in the order in which they were recorded first', () => {
  const { record } = sampleNetwork();
  recordNumbers(record, [
    { ofPort: 9, name: 'vnet9' },
    { ofPort: 5, name: 'eth1' },
    { ofPort: 7, name: 'eth2' },
  ]);
  recordNumbers(record, [{ ofPort: 9, name: 'vnet0' }]);
  dropNumbers(record, [5]);
  expect([...record.inFaucet]).toEqual([
    [9, 'vnet0'],
    [7, 'eth2'],
  ]);
});
