import type { Row, RowChange } from '../ovsdb/types.ts';
import { asList, type Parts, toSwitch } from './to-state.ts';
import type { SwitchState } from './types.ts';

/** Rows by uuid, by table. */
export type Rows = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/** Typed values kept beside the rows they were made of. */
export interface SwitchBuilder {
  /** Takes rows that changed. */
  apply(batch: readonly RowChange[]): void;
  /** The switch now; undefined while there is no row of Open_vSwitch. Parts that did not change are the same objects. */
  build(): SwitchState | undefined;
}

/** Builds the whole switch from decoded rows; undefined when there is no row of Open_vSwitch. */
export function toSwitchState(rows: Rows): SwitchState | undefined {
  const builder = switchBuilder();
  const batch = [...rows].flatMap(([table, byUuid]) =>
    [...byUuid].map(([uuid, after]) => ({ table, uuid, before: undefined, after })),
  );
  builder.apply(batch);
  return builder.build();
}

const childColumns = ['interfaces', 'ports', 'controller', 'mirrors'] as const;

/**
 * Builds the switch again after changes, at a cost that follows the change: what is made of a row is kept until the row
 * or one below it changes.
 */
export function switchBuilder(): SwitchBuilder {
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
  const parts: Parts = { all, nameOf: (uuid) => String(rows.get(uuid)?.name ?? uuid) };
  const build = (): SwitchState | undefined => {
    const row = root === undefined ? undefined : rows.get(root);
    if (state !== undefined || root === undefined || row === undefined) return state;
    state = toSwitch(parts, root, row);
    return state;
  };
  return { apply, build };
}
