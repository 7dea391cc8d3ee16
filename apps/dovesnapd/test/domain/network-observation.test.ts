import { expect, test } from 'vitest';
import {
  dropSeals,
  keepMachines,
  observeMachines,
  observeSeal,
} from '../../src/domain/network-observation.ts';
import { sampleNetwork } from '../plan/sample.ts';

test('what is no longer there is forgotten, and nothing else', () => {
  const { observation } = sampleNetwork();
  observeSeal(observation, 'tap0', 7);
  observeSeal(observation, 'tap1', 8);
  dropSeals(observation, ['tap0']);
  expect([...observation.sealed]).toEqual([['tap1', 8]]);
  observeMachines(observation, new Map([['vnet0', 'desktop']]));
  observeMachines(observation, new Map([['vnet1', 'server']]));
  keepMachines(observation, new Set(['vnet1', 'vnet2']));
  expect([...observation.machines]).toEqual([['vnet1', 'server']]);
});
