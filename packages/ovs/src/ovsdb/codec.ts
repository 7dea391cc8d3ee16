import type { StringMap } from '../types.ts';

/** How the values of a column are decoded. */
export type ColumnKind = 'atom' | 'optional' | 'set' | 'map';

/** The kinds of a database's columns, by table. */
export interface Schema {
  /** Name of the database, e.g. `Open_vSwitch`. */
  readonly name: string;
  readonly version: string;
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, ColumnKind>>;
}

/** Parses the answer to `get_schema` (RFC 7047, section 3.2). */
export function parseSchema(text: unknown): Schema {
  const { name, version, tables } = text as WireSchema;
  const kinds = Object.entries(tables).map(([table, { columns }]) => {
    const columnKinds = Object.entries(columns).map(
      ([column, { type }]) => [column, kindOf(type)] as const,
    );
    return [table, new Map(columnKinds)] as const;
  });
  return { name, version, tables: new Map(kinds) };
}

interface WireSchema {
  readonly name: string;
  readonly version: string;
  readonly tables: Record<string, { columns: Record<string, { type: WireType }> }>;
}

type WireType = string | { key: unknown; value?: unknown; min?: number; max?: number | string };

function kindOf(type: WireType): ColumnKind {
  if (typeof type === 'string') return 'atom';
  if (type.value !== undefined) return 'map';
  if ((type.max ?? 1) !== 1) return 'set';
  return type.min === 0 ? 'optional' : 'atom';
}

/**
 * Decodes a column's value from its wire form (RFC 7047, section 5.1), in which a set of one is written as its member.
 */
export function decodeValue(value: unknown, kind: ColumnKind): unknown {
  if (kind === 'map') {
    const pairs = (value as [string, [unknown, unknown][]])[1];
    return Object.fromEntries(pairs.map(([key, item]) => [decodeAtom(key), decodeAtom(item)]));
  }
  const isSet = Array.isArray(value) && value[0] === 'set';
  const members = isSet ? (value[1] as unknown[]).map(decodeAtom) : [decodeAtom(value)];
  return kind === 'set' ? members : members[0];
}

function decodeAtom(value: unknown): unknown {
  return Array.isArray(value) ? value[1] : value;
}

/** Encodes a map in wire form. */
export function wireMap(map: StringMap): readonly ['map', readonly (readonly [string, string])[]] {
  return ['map', Object.entries(map)];
}

/** Encodes a set in wire form. */
export function wireSet<T>(members: readonly T[]): readonly ['set', readonly T[]] {
  return ['set', members];
}

/** Encodes a reference to a row in wire form. */
export function wireUuid(uuid: string): readonly ['uuid', string] {
  return ['uuid', uuid];
}
