import { isDeepStrictEqual } from 'node:util';
import { members, nextUuid, normalise, text } from './fake-ovsdb-values.ts';

/** A row in wire form, without its uuid. */
export type WireRow = Record<string, unknown>;
/** Rows by table and uuid. */
export type Tables = ReadonlyMap<string, Map<string, WireRow>>;

/** A schema in the format of a `.ovsschema` file. */
export interface WireSchema {
  readonly name: string;
  readonly version: string;
  readonly tables: Readonly<Record<string, TableSchema>>;
}

interface TableSchema {
  readonly columns: Readonly<Record<string, { readonly type: ColumnType }>>;
  readonly isRoot?: boolean;
  readonly indexes?: readonly (readonly string[])[];
}

type BaseType = string | { readonly type: string; readonly refTable?: string; refType?: string };
type ColumnType =
  | string
  | { readonly key: BaseType; readonly value?: BaseType; min?: number; max?: number | string };

type Operation = Record<string, unknown> & { readonly op: string };
type Condition = readonly [string, string, unknown];

/** The error for an operation that was refused. */
export class OperationError extends Error {
  readonly error: string;

  constructor(error: string, details: string) {
    super(details);
    this.error = error;
  }
}

/** Creates an empty database with this schema. */
export function emptyTables(schema: WireSchema): Tables {
  return new Map(Object.keys(schema.tables).map((table) => [table, new Map()]));
}

/** Returns a copy with the same rows. A row is replaced, never changed, so that rows that are the same are equal. */
export function copyTables(tables: Tables): Tables {
  return new Map([...tables].map(([table, rows]) => [table, new Map(rows)]));
}

/** Runs one operation on tables that can be discarded. `named` contains the uuids of rows inserted so far. */
export function runOperation(
  schema: WireSchema,
  tables: Tables,
  named: Map<string, string>,
  operation: Operation,
  owned: (lock: string) => boolean,
): object {
  if (operation.op === 'assert') {
    if (owned(String(operation.lock))) return {};
    throw new OperationError('not owner', `${operation.lock} is not owned`);
  }
  if (operation.op === 'comment') return {};
  const table = String(operation.table);
  const rows = tables.get(table);
  const columns = schema.tables[table]?.columns;
  if (rows === undefined || columns === undefined) throw new OperationError('syntax error', table);
  if (operation.op === 'insert') return insertRow(rows, columns, named, operation);
  const found = rowsWhere(rows, operation.where, columns);
  switch (operation.op) {
    case 'select':
      return { rows: found.map(([uuid, row]) => project(uuid, row, operation.columns)) };
    case 'wait':
      return checkWait(found, operation);
    case 'update':
      for (const [uuid, row] of found) {
        rows.set(uuid, assigned(row, columns, named, operation.row as WireRow));
      }
      return { count: found.length };
    case 'mutate':
      for (const [uuid, row] of found) {
        rows.set(uuid, mutated(row, columns, named, operation.mutations));
      }
      return { count: found.length };
    case 'delete':
      for (const [uuid] of found) rows.delete(uuid);
      return { count: found.length };
    default:
      throw new OperationError('syntax error', `no operation ${operation.op}`);
  }
}

/**
 * Removes weak references to missing rows, and rows without references. Checks the constraints that must hold at
 * commit.
 */
export function finishTransaction(schema: WireSchema, tables: Tables): void {
  while (collectGarbage(schema, tables));
  for (const [table, { columns, indexes = [] }] of Object.entries(schema.tables)) {
    const rows = tables.get(table) ?? new Map<string, WireRow>();
    const referring = Object.entries(columns).filter(
      ([, { type }]) => targetOf(type) !== undefined,
    );
    for (const [uuid, row] of rows) rows.set(uuid, withoutDead(row, referring, tables));
    for (const index of indexes) checkIndex(table, index, tables);
  }
}

function insertRow(
  rows: Map<string, WireRow>,
  columns: TableSchema['columns'],
  named: Map<string, string>,
  operation: Operation,
): object {
  const name = operation['uuid-name'];
  if (typeof name === 'string' && named.has(name)) {
    throw new OperationError('duplicate uuid-name', name);
  }
  const uuid = nextUuid();
  if (typeof name === 'string') named.set(name, uuid);
  const row = Object.fromEntries(
    Object.entries(columns).map(([column, { type }]) => [column, defaultOf(type)]),
  );
  rows.set(uuid, assigned(row, columns, named, operation.row as WireRow));
  return { uuid: ['uuid', uuid] };
}

function defaultOf(type: ColumnType): unknown {
  if (typeof type === 'object') {
    if (type.value !== undefined) return ['map', []];
    if (type.min === 0) return ['set', []];
  }
  const key = typeof type === 'object' ? type.key : type;
  const base = typeof key === 'object' ? key.type : key;
  return { boolean: false, integer: 0, real: 0, string: '' }[base] ?? ['set', []];
}

function assigned(
  before: WireRow,
  columns: TableSchema['columns'],
  named: ReadonlyMap<string, string>,
  values: WireRow,
): WireRow {
  const row = { ...before };
  for (const [column, value] of Object.entries(values)) {
    if (columns[column] === undefined) throw new OperationError('syntax error', `no ${column}`);
    row[column] = normalise(resolve(value, named));
  }
  return row;
}

function resolve(value: unknown, named: ReadonlyMap<string, string>): unknown {
  if (!Array.isArray(value)) return value;
  if (value[0] !== 'named-uuid') return value.map((part) => resolve(part, named));
  const uuid = named.get(String(value[1]));
  if (uuid === undefined) throw new OperationError('syntax error', `no named-uuid ${value[1]}`);
  return ['uuid', uuid];
}

function mutated(
  before: WireRow,
  columns: TableSchema['columns'],
  named: ReadonlyMap<string, string>,
  mutations: unknown,
): WireRow {
  const row = { ...before };
  for (const [column, mutator, raw] of mutations as readonly (readonly [
    string,
    string,
    unknown,
  ])[]) {
    const value = resolve(raw, named);
    const type = columns[column]?.type;
    const isMap = typeof type === 'object' && type.value !== undefined;
    const current = members(row[column]);
    const keyOf = (member: unknown): string => text(isMap ? (member as unknown[])[0] : member);
    if (mutator === '+=') row[column] = Number(row[column]) + Number(value);
    else if (mutator === 'insert') {
      const present = new Set(current.map(keyOf));
      const added = members(value).filter((member) => !present.has(keyOf(member)));
      row[column] = normalise([isMap ? 'map' : 'set', [...current, ...added]]);
    } else {
      const byKey = isMap && !(Array.isArray(value) && value[0] === 'map');
      const gone = new Set(members(value).map(text));
      const kept = current.filter((member) => !gone.has(byKey ? keyOf(member) : text(member)));
      row[column] = normalise([isMap ? 'map' : 'set', kept]);
    }
  }
  return row;
}

function rowsWhere(
  rows: ReadonlyMap<string, WireRow>,
  where: unknown,
  columns: TableSchema['columns'],
): [string, WireRow][] {
  const [[column, test, value] = [], ...others] = where as readonly Condition[];
  // Most operations name their row.
  if (column === '_uuid' && test === '==' && others.length === 0) {
    const uuid = String((value as unknown[])[1]);
    const row = rows.get(uuid);
    return row === undefined ? [] : [[uuid, row]];
  }
  return [...rows].filter(([uuid, row]) => matches(uuid, row, where, columns));
}

function matches(
  uuid: string,
  row: WireRow,
  where: unknown,
  columns: TableSchema['columns'],
): boolean {
  return (where as readonly Condition[]).every(([column, test, value]) => {
    if (column !== '_uuid' && columns[column] === undefined) {
      throw new OperationError('syntax error', `no ${column}`);
    }
    const actual = column === '_uuid' ? ['uuid', uuid] : row[column];
    if (test === 'includes') {
      const present = new Set(members(actual).map(text));
      return members(value).every((member) => present.has(text(member)));
    }
    return isDeepStrictEqual(normalise(actual), normalise(value)) === (test === '==');
  });
}

function project(uuid: string, row: WireRow, columns: unknown): WireRow {
  const whole: WireRow = { _uuid: ['uuid', uuid], ...row };
  if (columns === undefined) return whole;
  return Object.fromEntries((columns as string[]).map((column) => [column, whole[column]]));
}

function checkWait(found: readonly (readonly [string, WireRow])[], operation: Operation): object {
  const actual = found.map(([uuid, row]) => text(project(uuid, row, operation.columns)));
  const expected = (operation.rows as WireRow[]).map((row) => {
    const order = operation.columns as string[];
    return text(Object.fromEntries(order.map((column) => [column, normalise(row[column])])));
  });
  const same = isDeepStrictEqual(new Set(actual), new Set(expected));
  if (same === (operation.until === '==')) return {};
  throw new OperationError('timed out', '"wait" timed out');
}

function references(type: ColumnType | undefined, refType: 'weak' | 'strong'): string | undefined {
  const key = typeof type === 'object' ? type.key : undefined;
  if (typeof key !== 'object' || key.refTable === undefined) return undefined;
  return (key.refType ?? 'strong') === refType ? key.refTable : undefined;
}

function collectGarbage(schema: WireSchema, tables: Tables): boolean {
  const used = new Set<string>();
  for (const [table, { columns }] of Object.entries(schema.tables)) {
    for (const [column, { type }] of Object.entries(columns)) {
      if (references(type, 'strong') === undefined) continue;
      for (const row of tables.get(table)?.values() ?? []) {
        for (const member of members(row[column])) used.add(String((member as unknown[])[1]));
      }
    }
  }
  let dropped = false;
  for (const [table, rows] of tables) {
    if (schema.tables[table]?.isRoot === true) continue;
    for (const uuid of rows.keys()) if (!used.has(uuid)) dropped = rows.delete(uuid) || dropped;
  }
  return dropped;
}

/** The table whose rows a column refers to. */
function targetOf(type: ColumnType): string | undefined {
  return references(type, 'weak') ?? references(type, 'strong');
}

/** Returns a row without weak references to missing rows: the row itself if it has none. */
function withoutDead(
  before: WireRow,
  referring: readonly (readonly [string, { readonly type: ColumnType }])[],
  tables: Tables,
): WireRow {
  let row = before;
  for (const [column, { type }] of referring) {
    const rows = tables.get(targetOf(type) ?? '');
    const all = members(row[column]);
    const alive = all.filter((member) => rows?.has(String((member as unknown[])[1])));
    if (alive.length === all.length) continue;
    if (references(type, 'strong') !== undefined) {
      throw new OperationError('referential integrity violation', `${column} refers to no row`);
    }
    row = { ...row, [column]: normalise(['set', alive]) };
  }
  return row;
}

function checkIndex(table: string, index: readonly string[], tables: Tables): void {
  const seen = new Set<string>();
  for (const row of tables.get(table)?.values() ?? []) {
    const key = text(index.map((column) => row[column]));
    if (seen.has(key)) {
      throw new OperationError('constraint violation', `two rows of ${table} with ${key}`);
    }
    seen.add(key);
  }
}
