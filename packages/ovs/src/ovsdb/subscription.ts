import { isDeepStrictEqual } from 'node:util';
import { decodeValue, type Schema } from './codec.ts';
import type { Live } from './link.ts';
import type { MonitorRequest, Row, RowChange, RowListener } from './types.ts';

/** Watched rows that outlive connections. */
export interface Subscription {
  /** Asks this session for the rows; what differs from the rows known so far is told. */
  start(live: Live): void;
  /** Takes an `update` notification. */
  update(tables: TableUpdates): void;
  /** The connection is lost. */
  lost(): void;
  /** Nothing more is told. */
  stop(): void;
}

/** `table-updates` of RFC 7047, section 4.1.6. */
export type TableUpdates = Readonly<Record<string, Readonly<Record<string, RowUpdate>>>>;

interface RowUpdate {
  readonly new?: Row;
}

/** Keeps the rows of one monitor, whose id on the wire is `id`. */
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

/** For each table known so far, the server's rows together with deletions of those that it no longer has. */
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

/** The part of a request that the server's schema can answer. */
function presentColumns(request: MonitorRequest, schema: Schema): object {
  const present = Object.entries(request).flatMap(([table, columns]) => {
    const known = schema.tables.get(table);
    if (known === undefined) return [];
    return [[table, { columns: columns.filter((column) => known.has(column)) }] as const];
  });
  return Object.fromEntries(present);
}

/** Decodes the columns of a row by the schema. */
export function decodeRow(schema: Schema | undefined, table: string, row: Row): Row {
  const kinds = schema?.tables.get(table);
  const decoded: Record<string, unknown> = {};
  for (const column of Object.keys(row)) {
    decoded[column] = decodeValue(row[column], kinds?.get(column) ?? 'atom');
  }
  return decoded;
}
