import type { MonitorRequest, Row, RowChange } from '../ovsdb/ovsdb-types.ts';
import type { SwitchState } from './switch-types.ts';
import { asList, type Parts, toSwitch } from './to-state.ts';

/** Rows by table and uuid. */
export type Rows = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/** Typed values, kept together with the rows that they were built from. */
export interface SwitchBuilder {
  /** Applies changes to rows. */
  apply(batch: readonly RowChange[]): void;
  /**
   * Returns the current switch state. Undefined while there is no row of Open_vSwitch. Unchanged parts are the same
   * objects as before.
   */
  build(): SwitchState | undefined;
}

/**
 * Builds the whole switch state from decoded rows. Returns undefined when there is no row of Open_vSwitch. `columns`
 * selects additional columns for the `columns` fields.
 */
export function toSwitchState(rows: Rows, columns: MonitorRequest = {}): SwitchState | undefined {
  const builder = switchBuilder(columns);
  const batch = [...rows].flatMap(([table, byUuid]) =>
    [...byUuid].map(([uuid, after]) => ({ table, uuid, before: undefined, after })),
  );
  builder.apply(batch);
  return builder.build();
}

const childColumns = ['interfaces', 'ports', 'controller', 'mirrors'] as const;

/**
 * Rebuilds the switch state after changes, at a cost proportional to the change: a value is reused until its row or a
 * row below it changes.
 */
export function switchBuilder(columns: MonitorRequest = {}): SwitchBuilder {
  const rows = new Map<string, Row>();
  const made = new Map<string, unknown>();
  const parents = new Map<string, string>();
  let root: string | undefined;
  let state: SwitchState | undefined;

  const drop = (uuid: string | undefined): void => {
    for (let next = uuid; next !== undefined; next = parents.get(next)) made.delete(next);
  };
  const adopt = (uuid: string, row: Row): void => {
    for (const column of childColumns) {
      for (const child of asList(row[column])) parents.set(child, uuid);
    }
  };
  const apply = (batch: readonly RowChange[]): void => {
    for (const { table, uuid, after } of batch) {
      if (after === undefined) rows.delete(uuid);
      else {
        rows.set(uuid, after);
        adopt(uuid, after);
      }
      if (table !== 'Open_vSwitch') continue;
      if (after !== undefined) root = uuid;
      else if (root === uuid) root = undefined;
    }
    for (const { uuid, after } of batch) {
      drop(uuid);
      if (after === undefined) parents.delete(uuid);
    }
    state = undefined;
  };
  function all<T>(uuids: unknown, make: (uuid: string, row: Row) => T): T[] {
    const values: T[] = [];
    for (const uuid of asList(uuids)) {
      const row = rows.get(uuid);
      if (row === undefined) continue;
      const value = (made.get(uuid) as T | undefined) ?? make(uuid, row);
      made.set(uuid, value);
      values.push(value);
    }
    return values;
  }
  const parts: Parts = {
    all,
    nameOf: (uuid) => String(rows.get(uuid)?.name ?? uuid),
    columnsOf: (table, row) => pick(row, columns[table] ?? []),
  };
  const build = (): SwitchState | undefined => {
    const row = root === undefined ? undefined : rows.get(root);
    if (state !== undefined || root === undefined || row === undefined) return state;
    state = toSwitch(parts, root, row);
    return state;
  };
  return { apply, build };
}

function pick(row: Row, columns: readonly string[]): Row {
  const present = columns.filter((column) => column in row);
  return Object.fromEntries(present.map((column) => [column, row[column]]));
}
