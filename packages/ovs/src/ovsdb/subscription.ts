import { isDeepStrictEqual } from 'node:util';
import { lackingForMonitor } from './check-schema.ts';
import { decodeValue, type Schema } from './codec.ts';
import type { Live } from './link.ts';
import type { MonitorRequest, Row, RowChange, RowListener } from './ovsdb-types.ts';

/** Monitored rows that are kept across connections. */
export interface Subscription {
  /** Requests the rows from this session. Only differences from the known rows are reported. */
  start(live: Live): void;
  /** Handles an `update` notification. */
  update(tables: TableUpdates): void;
  /** Called when the connection is lost. */
  lost(): void;
  /** Stops all reports. */
  stop(): void;
}

/** `table-updates` of RFC 7047, section 4.1.6. */
export type TableUpdates = Readonly<Record<string, Readonly<Record<string, RowUpdate>>>>;

interface RowUpdate {
  readonly new?: Row;
}

/** Keeps the rows of one monitor. `id` is its id on the wire. */
export function subscription(
  id: string,
  request: MonitorRequest,
  listener: RowListener,
): Subscription {
  const rows = new Map<string, Map<string, Row>>();
  let schema: Schema | undefined;
  let live = false;
  let stopped = false;

  const rowsOf = (table: string): Map<string, Row> => {
    const known = rows.get(table) ?? new Map<string, Row>();
    rows.set(table, known);
    return known;
  };
  const apply = (table: string, uuid: string, wire: Row | undefined): RowChange | undefined => {
    const known = rowsOf(table);
    const before = known.get(uuid);
    const after = wire === undefined ? undefined : decodeRow(schema, table, wire);
    if (isDeepStrictEqual(before, after)) return undefined;
    if (after === undefined) known.delete(uuid);
    else known.set(uuid, after);
    return { table, uuid, before, after };
  };
  const update = (tables: TableUpdates): void => {
    const batch: RowChange[] = [];
    for (const [table, updates] of Object.entries(tables)) {
      for (const [uuid, { new: wire }] of Object.entries(updates)) {
        const change = apply(table, uuid, wire);
        if (change !== undefined) batch.push(change);
      }
    }
    if (batch.length > 0) listener.changed(batch);
  };
  const synchronise = (tables: TableUpdates): void => {
    update({ ...tables, ...withVanished(rows, tables) });
    live = true;
    listener.synced(true);
  };
  return {
    update,
    start({ session, database, schema: itsSchema }) {
      schema = itsSchema;
      const lacks = listener.refused && lackingForMonitor(itsSchema, request);
      if (lacks !== undefined) {
        listener.refused?.(lacks);
        return;
      }
      const wanted = presentColumns(request, itsSchema);
      session.call('monitor', [database, id, wanted], (error, result) => {
        if (stopped) return;
        if (error === undefined) synchronise(result as TableUpdates);
        else session.close(error);
      });
    },
    stop() {
      stopped = true;
    },
    lost() {
      if (live) listener.synced(false);
      live = false;
    },
  };
}

/**
 * Returns, for each known table, the server's rows plus a deletion for each known row that the server no longer has.
 */
function withVanished(
  rows: ReadonlyMap<string, Map<string, Row>>,
  tables: TableUpdates,
): TableUpdates {
  const merged = [...rows].map(([table, known]) => {
    const present = tables[table] ?? {};
    const gone = [...known.keys()].filter((uuid) => present[uuid] === undefined);
    return [table, { ...Object.fromEntries(gone.map((uuid) => [uuid, {}])), ...present }] as const;
  });
  return Object.fromEntries(merged);
}

/** Returns the part of a request that the server's schema contains. */
function presentColumns(request: MonitorRequest, schema: Schema): object {
  const present = Object.entries(request).flatMap(([table, columns]) => {
    const known = schema.tables.get(table);
    if (known === undefined) return [];
    return [[table, { columns: columns.filter((column) => known.has(column)) }] as const];
  });
  return Object.fromEntries(present);
}

/** Decodes the columns of a row according to the schema. */
export function decodeRow(schema: Schema | undefined, table: string, row: Row): Row {
  const kinds = schema?.tables.get(table);
  const decoded: Record<string, unknown> = {};
  for (const column of Object.keys(row)) {
    decoded[column] = decodeValue(row[column], kinds?.get(column) ?? 'atom');
  }
  return decoded;
}
