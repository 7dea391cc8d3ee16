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

/** Columns to watch, by table, as `monitor` names them. */
export type WireMonitor = Readonly<Record<string, { readonly columns: readonly string[] }>>;

/** A database in memory. */
export interface FakeDatabase {
  readonly schema: WireSchema;
  /** Runs a transaction; answers the results as the protocol has them, the last one an error when it was refused. */
  commit(operations: readonly unknown[], owned?: (lock: string) => boolean): object[];
  tables(): Tables;
  /** All that a new monitor is told. */
  initial(monitor: WireMonitor): object;
}

/** Makes a database with one row of Open_vSwitch; `onCommit` is told of the state before each change. */
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

/** `table-updates` of RFC 7047, section 4.1.6; empty when nothing that is watched changed. */
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
      const [was, is] = [view(old.get(uuid)), view(now.get(uuid))];
      if (isDeepStrictEqual(was, is)) continue;
      updates[table] ??= {};
      updates[table][uuid] = { ...(was && { old: was }), ...(is && { new: is }) };
    }
  }
  return updates;
}
