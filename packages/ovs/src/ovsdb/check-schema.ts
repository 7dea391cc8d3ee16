import { OvsError } from '../error.ts';
import type { Operation } from '../types.ts';
import type { Schema } from './codec.ts';
import type { MonitorRequest } from './ovsdb-types.ts';

/** Columns of every row, which no schema lists (RFC 7047, section 3.2). */
const everyRow: readonly string[] = ['_uuid', '_version'];

/** Returns the error for the first table or column of a request that the schema lacks. */
export function lackingForMonitor(schema: Schema, request: MonitorRequest): OvsError | undefined {
  for (const [table, columns] of Object.entries(request)) {
    const error = lacking(schema, table, columns);
    if (error !== undefined) return error;
  }
  return undefined;
}

/**
 * Returns the error for the first table or column of a transaction that the schema lacks. The server would refuse the
 * transaction too, but it does not always name the column, and never in a separate field of its answer (ovsdb-server
 * 3.1.0).
 */
export function lackingForTransaction(
  schema: Schema,
  operations: readonly Operation[],
): OvsError | undefined {
  for (const operation of operations) {
    if (typeof operation.table !== 'string') continue;
    const error = lacking(schema, operation.table, columnsOf(operation), operation);
    if (error !== undefined) return error;
  }
  return undefined;
}

function lacking(
  schema: Schema,
  table: string,
  columns: readonly string[],
  operation?: Operation,
): OvsError | undefined {
  const known = schema.tables.get(table);
  const where = `The database ${schema.name} (schema ${schema.version}) has no`;
  if (known === undefined) {
    return new OvsError('NOT_IN_SCHEMA', `${where} table ${table}`, { table, operation });
  }
  const column = columns.find((name) => !known.has(name) && !everyRow.includes(name));
  if (column === undefined) return undefined;
  return new OvsError('NOT_IN_SCHEMA', `${where} column ${column} in its table ${table}`, {
    ...{ table, column, operation },
  });
}

/** Returns all columns named in an operation (RFC 7047, section 5.2). */
function columnsOf(operation: Operation): readonly string[] {
  const { columns, row, rows, where, mutations } = operation as WireOperation;
  return [
    ...(columns ?? []),
    ...Object.keys(row ?? {}),
    ...(rows ?? []).flatMap((one) => Object.keys(one)),
    ...(where ?? []).map(([column]) => column),
    ...(mutations ?? []).map(([column]) => column),
  ];
}

interface WireOperation {
  readonly columns?: readonly string[];
  readonly row?: object;
  readonly rows?: readonly object[];
  readonly where?: readonly (readonly [string, ...unknown[]])[];
  readonly mutations?: readonly (readonly [string, ...unknown[]])[];
}
