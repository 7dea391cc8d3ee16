import { isDeepStrictEqual } from 'node:util';
import { wireMap, wireSet } from '../ovsdb/codec.ts';
import type { Row } from '../ovsdb/ovsdb-types.ts';
import type { StringMap } from '../types.ts';
import type { Atom } from './operations.ts';

/**
 * A column's wanted value, in the form that rows are returned in: a single value, null for none, a list for a set, or
 * an object for a map of strings. References to other rows are not possible; use operations for those.
 */
export type ColumnValue = Atom | null | readonly Atom[] | StringMap;

/** Values by column name, as in ovs-vswitchd.conf.db(5). */
export type ColumnValues = Readonly<Record<string, ColumnValue>>;

/**
 * Returns the columns whose value differs from the row, in wire form. A column that the row does not contain counts as
 * different.
 */
export function differingColumns(
  wanted: ColumnValues = {},
  row: Row = {},
): Readonly<Record<string, unknown>> {
  const changed = Object.entries(wanted).filter(
    ([column, value]) => !(column in row) || !isSame(value, row[column]),
  );
  return Object.fromEntries(changed.map(([column, value]) => [column, toWire(value)]));
}

/** Compares two values. A set has no order, and a set of one member equals that member (RFC 7047, section 5.1). */
function isSame(wanted: ColumnValue, held: unknown): boolean {
  if (isMap(wanted)) return isDeepStrictEqual({ ...wanted }, { ...(held as StringMap) });
  const [ours, theirs] = [asSet(wanted), asSet(held)];
  return ours.size === theirs.size && [...ours].every((member) => theirs.has(member));
}

function asSet(value: unknown): ReadonlySet<unknown> {
  return new Set([value ?? []].flat());
}

function isMap(value: ColumnValue): value is StringMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toWire(value: ColumnValue): unknown {
  if (isMap(value)) return wireMap(value);
  return typeof value === 'object' ? wireSet(value ?? []) : value;
}
