import { OvsError } from '../error.ts';
import { joinColumns, usedColumns } from '../ovsdb/columns.ts';
import type { MonitorRequest, Ovsdb, Row } from '../ovsdb/ovsdb-types.ts';
import type { Operation, Wait } from '../types.ts';
import { toSwitchState } from './switch-builder.ts';
import type { SwitchState } from './switch-types.ts';

/** Options for reading a switch. */
export interface ReadOptions extends Wait {
  /** Additional columns of bridges, ports and interfaces, for their `columns`. */
  readonly columns?: MonitorRequest | undefined;
}

/**
 * Reads the whole switch in one transaction.
 * @throws OvsError `NOT_CONNECTED`, `NO_DATABASE`, `NOT_IN_SCHEMA`, `TIMEOUT`, `ABORTED`, `TRANSACTION`.
 */
export async function readSwitch(db: Ovsdb, options: ReadOptions = {}): Promise<SwitchState> {
  const { columns: more = {}, ...wait } = options;
  const tables = Object.entries(joinColumns(usedColumns, more));
  const selects = tables.map(([table, columns]): Operation => {
    const present = columns.filter((column) => db.hasColumn(table, column));
    return { op: 'select', table, where: [], columns: ['_uuid', ...present] };
  });
  const results = await db.transact(selects, wait);
  const rows = new Map(
    tables.map(([table], index) => [table, rowsByUuid(db, table, results[index]?.rows ?? [])]),
  );
  const state = toSwitchState(rows, more);
  if (state !== undefined) return state;
  throw new OvsError(
    'TRANSACTION',
    `The database at ${db.target} is empty: ovs-vsctl init was never run`,
    {
      target: db.target,
    },
  );
}

function rowsByUuid(db: Ovsdb, table: string, rows: readonly Row[]): ReadonlyMap<string, Row> {
  const decoded = rows.map((row) => {
    const { _uuid, ...columns } = row;
    return [String((_uuid as [string, string])[1]), db.decodeRow(table, columns)] as const;
  });
  return new Map(decoded);
}
