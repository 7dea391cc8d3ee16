import type { Operation, StringMap } from '../types.ts';
import { expectRow, type MapChanges, mapMutations, mutateRow } from './operations.ts';
import type { SwitchState } from './switch-types.ts';

/** Tables for which {@link planExternalIds} can plan. */
export type RecordTable = 'Bridge' | 'Port' | 'Interface';

/**
 * Plans changes to a row's `external_ids`: a value sets a key, null removes it, and other keys are kept. The row may be
 * inserted earlier in the same transaction.
 */
export function planExternalIds(
  state: SwitchState | undefined,
  table: RecordTable,
  name: string,
  changes: MapChanges,
): readonly Operation[] {
  const current = findRow(state, table, name);
  const mutations = mapMutations('external_ids', current?.externalIds, changes);
  if (mutations.length === 0) return [];
  const row = { uuid: current?.uuid, name };
  return [expectRow(table, row), mutateRow(table, row, mutations)];
}

/** Plans a new configuration number. ovs-vswitchd copies it to `cur_cfg` once it has applied all earlier changes. */
export function planNextCfg(): readonly Operation[] {
  return [
    { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] },
    { op: 'select', table: 'Open_vSwitch', where: [], columns: ['next_cfg'] },
  ];
}

function findRow(
  state: SwitchState | undefined,
  table: RecordTable,
  name: string,
): { readonly uuid: string; readonly externalIds: StringMap } | undefined {
  for (const bridge of state?.bridges ?? []) {
    if (table === 'Bridge' && bridge.name === name) return bridge;
    if (table === 'Bridge') continue;
    for (const port of bridge.ports) {
      if (table === 'Port' && port.name === name) return port;
      if (table === 'Port') continue;
      const found = port.interfaces.find((candidate) => candidate.name === name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
