import { keyId, type Plain } from './scalar.ts';

/** A range of the text: offsets in UTF-16 units, with the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A scalar in the file. */
export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: Plain;
}

/** A key of a map and its value. */
export interface EntryNode {
  readonly key: ScalarNode;
  readonly value: Node;
  /** True if it comes from a `<<` merge and is not written in this map. */
  readonly merged: boolean;
}

/** A map in the file. */
export interface MapNode extends Span {
  readonly kind: 'map';
  /** Whether it is written as `{a: 1}` instead of one line per key. */
  readonly flow: boolean;
  readonly entries: readonly EntryNode[];
  /** By `keyId`. */
  readonly index: ReadonlyMap<string, EntryNode>;
}

/** A list in the file. */
export interface ListNode extends Span {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: readonly Node[];
}

/** `*name`: has the position of the alias and the value of the anchor. */
export interface AliasNode extends Span {
  readonly kind: 'alias';
  readonly target: Node;
}

export type Node = ScalarNode | MapNode | ListNode | AliasNode;

/** The value of a node, with aliases followed. */
export type Resolved = Exclude<Node, AliasNode>;

/** Follows aliases. */
export function resolve(node: Node): Resolved {
  let at = node;
  while (at.kind === 'alias') at = at.target;
  return at;
}

/** Returns the entry under a key, including merged ones. */
export function entryOf(map: MapNode | undefined, key: Plain): EntryNode | undefined {
  return map?.index.get(keyId(key));
}

/** Returns whether a map has a key, including merged ones. */
export function hasKey(map: MapNode, key: Plain): boolean {
  return map.index.has(keyId(key));
}

/** Returns the value under a key, with aliases followed. */
export function valueUnder(map: MapNode, key: Plain): Resolved | undefined {
  const entry = entryOf(map, key);
  return entry === undefined ? undefined : resolve(entry.value);
}

/** Returns the map under a key, or undefined if it is missing or not a map. */
export function mapOf(map: MapNode | undefined, key: Plain): MapNode | undefined {
  const value = map === undefined ? undefined : valueUnder(map, key);
  return value?.kind === 'map' ? value : undefined;
}

/** Returns the list under a key, or undefined if it is missing or not a list. */
export function listOf(map: MapNode | undefined, key: Plain): ListNode | undefined {
  const value = map === undefined ? undefined : valueUnder(map, key);
  return value?.kind === 'list' ? value : undefined;
}

/** Returns the scalar under a key, or undefined if it is missing or not a scalar. */
export function plainOf(map: MapNode | undefined, key: Plain): Plain | undefined {
  const value = map === undefined ? undefined : valueUnder(map, key);
  return value?.kind === 'scalar' ? value.value : undefined;
}

/** Returns the end of a block map, which is the end of its last entry. Comments after it are excluded. */
export function blockEnd(entries: readonly EntryNode[]): number {
  const last = entries.findLast((entry) => !entry.merged);
  return last === undefined ? 0 : Math.max(last.key.end, last.value.end);
}
