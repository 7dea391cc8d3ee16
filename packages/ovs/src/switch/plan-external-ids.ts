import type { Operation } from '../ovsdb/types.ts';
import type { StringMap } from '../types.ts';
import { expectRow, type MapChanges, mapMutations, mutateRow } from './operations.ts';
import type { SwitchState } from './types.ts';

/** Tables whose `external_ids` can be planned. */
export type RecordTable = 'Bridge' | 'Port' | 'Interface';

/**
 * Plans keys of a row's `external_ids`: a value is set, null is removed, other keys stay. The row may be one that
 * operations before these in the same transaction insert.
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

/** Plans a new configuration number, which ovs-vswitchd repeats in `cur_cfg` when all before it is applied. */
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
