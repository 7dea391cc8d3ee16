import { OvsError } from '../error.ts';
import { usedColumns } from '../ovsdb/columns.ts';
import type { Operation, Ovsdb, Row } from '../ovsdb/types.ts';
import type { Wait } from '../types.ts';
import { toSwitchState } from './switch-builder.ts';
import type { SwitchState } from './types.ts';

/**
 * Reads the whole switch in one transaction.
 * @throws OvsError `NOT_CONNECTED`, `TIMEOUT`, `ABORTED`, `TRANSACTION`.
 */
export async function readSwitch(db: Ovsdb, wait: Wait = {}): Promise<SwitchState> {
  const tables = Object.entries(usedColumns);
  const selects = tables.map(([table, columns]): Operation => {
    const present = columns.filter((column) => db.hasColumn(table, column));
    return { op: 'select', table, where: [], columns: ['_uuid', ...present] };
  });
  const results = await db.transact(selects, wait);
  const rows = new Map(
    tables.map(([table], index) => [table, rowsByUuid(db, table, results[index]?.rows ?? [])]),
  );
  const state = toSwitchState(rows);
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
