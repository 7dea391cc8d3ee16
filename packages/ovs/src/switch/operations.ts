import { wireMap, wireSet, wireUuid } from '../ovsdb/codec.ts';
import type { Operation, StringMap } from '../types.ts';

/** Selects a row: by uuid if it is known, otherwise by the name that it has when the operation runs. */
export interface RowReference {
  readonly uuid?: string | undefined;
  readonly name: string;
}

type Condition = readonly [string, string, unknown];

/** Returns the condition that selects one row. */
function whereRow({ uuid, name }: RowReference): readonly Condition[] {
  return uuid === undefined ? [['name', '==', name]] : [['_uuid', '==', wireUuid(uuid)]];
}

/** Makes the transaction fail with `CONFLICT` unless exactly this row exists, with these column values. */
export function expectRow(
  table: string,
  row: RowReference,
  columns: Readonly<Record<string, unknown>> = {},
  conditions: readonly Condition[] = [],
): Operation {
  const expected = { name: row.name, ...columns };
  return {
    op: 'wait',
    table,
    timeout: 0,
    where: [...whereRow(row), ...conditions],
    columns: Object.keys(expected),
    until: '==',
    rows: [expected],
  };
}

/** Adds or removes members of a set or map column in one row. */
export function mutateRow(
  table: string,
  row: RowReference,
  mutations: readonly (readonly [string, string, unknown])[],
): Operation {
  return { op: 'mutate', table, where: whereRow(row), mutations };
}

/** Overwrites columns of one row. Returns no operation when there are no columns. */
export function updateRow(
  table: string,
  row: RowReference,
  columns: Readonly<Record<string, unknown>>,
): readonly Operation[] {
  if (Object.keys(columns).length === 0) return [];
  return [{ op: 'update', table, where: whereRow(row), row: columns }];
}

/** Changes to a map: keys to set, and with null keys to remove. */
export type MapChanges = Readonly<Record<string, string | null>>;

/**
 * Returns the mutations that set or remove the wanted keys of a map column and keep other keys. An `insert` does not
 * change an existing key (RFC 7047, section 5.1), so that key is deleted first.
 */
export function mapMutations(
  column: string,
  current: StringMap | undefined,
  wanted: MapChanges,
): (readonly [string, string, unknown])[] {
  const changed = Object.entries(wanted).filter(
    ([key, value]) => current === undefined || (current[key] ?? null) !== value,
  );
  const set = changed.filter((entry): entry is [string, string] => entry[1] !== null);
  const keys = changed.map(([key]) => key);
  const stale = current === undefined ? keys : keys.filter((key) => key in current);
  return [
    ...(stale.length === 0 ? [] : [[column, 'delete', wireSet(stale)] as const]),
    ...(set.length === 0 ? [] : [[column, 'insert', wireMap(Object.fromEntries(set))] as const]),
  ];
}

/** Returns a name for an inserted row, unique within a transaction: an `<id>` of RFC 7047, section 3.1. */
export function rowName(kind: string, ...names: readonly string[]): string {
  const hex = names.map((name) => Buffer.from(name, 'utf8').toString('hex'));
  return [kind, ...hex].join('_');
}

/** Returns a reference to a row that the same transaction inserts. */
export function namedUuid(name: string): readonly ['named-uuid', string] {
  return ['named-uuid', name];
}

/** A single value. */
export type Atom = string | number | boolean;

/**
 * Returns the columns of `wanted` whose value differs from `current`. Columns that are undefined in `wanted` are
 * omitted.
 */
export function differing(
  wanted: Readonly<Record<string, Atom | undefined>>,
  current: Readonly<Record<string, Atom | undefined>> = {},
): Record<string, Atom> {
  const pairs = Object.entries(wanted).filter(
    (pair): pair is [string, Atom] => pair[1] !== undefined && pair[1] !== current[pair[0]],
  );
  return Object.fromEntries(pairs);
}

/** Returns a set column if its members differ from the current ones, in any order. */
export function differingSet(
  column: string,
  wanted: readonly Atom[] | undefined,
  current: readonly Atom[] = [],
): Readonly<Record<string, unknown>> {
  if (wanted === undefined) return {};
  const members = new Set(wanted);
  const isSame = members.size === current.length && current.every((member) => members.has(member));
  return isSame ? {} : { [column]: wireSet([...members]) };
}
