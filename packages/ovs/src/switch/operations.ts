import { wireMap, wireSet, wireUuid } from '../ovsdb/codec.ts';
import type { Operation } from '../ovsdb/types.ts';
import type { StringMap } from '../types.ts';

/** Which row: by uuid when it is known, else by the name that it will have when the operation is reached. */
export interface RowReference {
  readonly uuid?: string | undefined;
  readonly name: string;
}

type Condition = readonly [string, string, unknown];

/** The condition that selects one row. */
function whereRow({ uuid, name }: RowReference): readonly Condition[] {
  return uuid === undefined ? [['name', '==', name]] : [['_uuid', '==', wireUuid(uuid)]];
}

/** Fails the transaction with `CONFLICT` unless exactly this row is there, with these columns. */
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

/** Changes a set or map column of one row by adding to it or taking from it. */
export function mutateRow(
  table: string,
  row: RowReference,
  mutations: readonly (readonly [string, string, unknown])[],
): Operation {
  return { op: 'mutate', table, where: whereRow(row), mutations };
}

/** Overwrites columns of one row; nothing when there are none. */
export function updateRow(
  table: string,
  row: RowReference,
  columns: Readonly<Record<string, unknown>>,
): readonly Operation[] {
  if (Object.keys(columns).length === 0) return [];
  return [{ op: 'update', table, where: whereRow(row), row: columns }];
}

/** Keys to set, and with null keys to remove. */
export type MapChanges = Readonly<Record<string, string | null>>;

/**
 * The mutations that bring keys of a map column to what is wanted, others untouched. An `insert` leaves a key that is
 * there as it is (RFC 7047, section 5.1), so a key is deleted first.
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

/** A name for a row that is inserted, unique in a transaction: an `<id>` of RFC 7047, section 3.1. */
export function rowName(kind: string, ...names: readonly string[]): string {
  const hex = names.map((name) => Buffer.from(name, 'utf8').toString('hex'));
  return [kind, ...hex].join('_');
}

/** A reference to a row that the same transaction inserts. */
export function namedUuid(name: string): readonly ['named-uuid', string] {
  return ['named-uuid', name];
}

/** A value of a column that holds one. */
export type Atom = string | number | boolean;

/** The columns of `wanted` whose value differs from `current`; what is not wanted is left out. */
export function differing(
  wanted: Readonly<Record<string, Atom | undefined>>,
  current: Readonly<Record<string, Atom | undefined>> = {},
): Record<string, Atom> {
  const pairs = Object.entries(wanted).filter(
    (pair): pair is [string, Atom] => pair[1] !== undefined && pair[1] !== current[pair[0]],
  );
  return Object.fromEntries(pairs);
}
