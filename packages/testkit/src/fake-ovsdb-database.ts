import { isDeepStrictEqual } from 'node:util';
import {
  copyTables,
  emptyTables,
  finishTransaction,
  OperationError,
  runOperation,
  type Tables,
  type WireRow,
  type WireSchema,
} from './fake-ovsdb-store.ts';

/** Columns to monitor, by table, in the format of `monitor`. */
export type WireMonitor = Readonly<Record<string, { readonly columns: readonly string[] }>>;

/** An in-memory database. */
export interface FakeDatabase {
  readonly schema: WireSchema;
  /**
   * Runs a transaction. Returns the results in the format of the protocol. If the transaction was refused, the last
   * result is an error.
   */
  commit(operations: readonly unknown[], owned?: (lock: string) => boolean): object[];
  tables(): Tables;
  /** Returns the initial content for a new monitor. */
  initial(monitor: WireMonitor): object;
}

/** Creates a database with one row of Open_vSwitch. `onCommit` is called with the state before each change. */
export function fakeDatabase(schema: WireSchema, onCommit: (before: Tables) => void): FakeDatabase {
  let tables = emptyTables(schema);
  const commit: FakeDatabase['commit'] = (operations, owned = () => false) => {
    const next = copyTables(tables);
    const named = new Map<string, string>();
    const results: object[] = [];
    try {
      for (const operation of operations) {
        results.push(runOperation(schema, next, named, operation as { op: string }, owned));
      }
      finishTransaction(schema, next);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      return [...results, { error: error.error, details: error.message }];
    }
    const before = tables;
    tables = next;
    onCommit(before);
    return results;
  };
  commit([{ op: 'insert', table: 'Open_vSwitch', row: {} }]);
  return {
    schema,
    commit,
    tables: () => tables,
    initial: (monitor) => difference(monitor, emptyTables(schema), tables),
  };
}

/** Returns `table-updates` of RFC 7047, section 4.1.6. Empty when no monitored column changed. */
export function difference(
  request: WireMonitor,
  before: Tables,
  after: Tables,
): Record<string, Record<string, object>> {
  const updates: Record<string, Record<string, object>> = {};
  for (const [table, { columns }] of Object.entries(request)) {
    const [old, now] = [before.get(table) ?? new Map(), after.get(table) ?? new Map()];
    const view = (row: WireRow | undefined): WireRow | undefined =>
      row && Object.fromEntries(columns.map((column) => [column, row[column]]));
    for (const uuid of new Set<string>([...old.keys(), ...now.keys()])) {
      if (isSame(old.get(uuid), now.get(uuid), columns)) continue;
      const [was, is] = [view(old.get(uuid)), view(now.get(uuid))];
      updates[table] ??= {};
      updates[table][uuid] = { ...(was && { old: was }), ...(is && { new: is }) };
    }
  }
  return updates;
}

function isSame(
  before: WireRow | undefined,
  after: WireRow | undefined,
  columns: readonly string[],
): boolean {
  if (before === after) return true;
  if (before === undefined || after === undefined) return false;
  return columns.every((column) => isEqual(before[column], after[column]));
}

/** Most values are those of before, or no lists. */
function isEqual(one: unknown, other: unknown): boolean {
  return one === other || (Array.isArray(one) && isDeepStrictEqual(one, other));
}
