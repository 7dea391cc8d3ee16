import { keyId, type Plain } from './scalar.ts';

/** Where something is in the text: offsets in UTF-16 units, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A scalar of the file. */
export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: Plain;
}

/** A key of a map, and what is under it. */
export interface EntryNode {
  readonly key: ScalarNode;
  readonly value: Node;
  /** True when it comes from a `<<` merge and is not written in this map. */
  readonly merged: boolean;
}

/** A map of the file. */
export interface MapNode extends Span {
  readonly kind: 'map';
  /** `{a: 1}`, in contrast to one line per key. */
  readonly flow: boolean;
  readonly entries: readonly EntryNode[];
  /** By `keyId`. */
  readonly index: ReadonlyMap<string, EntryNode>;
}

/** A list of the file. */
export interface ListNode extends Span {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: readonly Node[];
}

/** `*name`: stands where it is written, means what the anchor marks. */
export interface AliasNode extends Span {
  readonly kind: 'alias';
  readonly target: Node;
}

export type Node = ScalarNode | MapNode | ListNode | AliasNode;

/** What a node means: aliases followed. */
export type Resolved = Exclude<Node, AliasNode>;

/** Follows aliases. */
export function resolve(node: Node): Resolved {
  let at = node;
  while (at.kind === 'alias') at = at.target;
  return at;
}

/** The entry under a key, merged ones included. */
export function entryOf(map: MapNode | undefined, key: Plain): EntryNode | undefined {
  return map?.index.get(keyId(key));
}

/** Whether a map has a key, merged ones included. */
export function hasKey(map: MapNode, key: Plain): boolean {
  return map.index.has(keyId(key));
}

/** The value under a key, aliases followed. */
export function valueUnder(map: MapNode, key: Plain): Resolved | undefined {
  const entry = entryOf(map, key);
  return entry === undefined ? undefined : resolve(entry.value);
}

/** The map under a key, or undefined when there is none or it is no map. */
export function mapOf(map: MapNode | undefined, key: Plain): MapNode | undefined {
  const value = map === undefined ? undefined : valueUnder(map, key);
  return value?.kind === 'map' ? value : undefined;
}

/** The list under a key, or undefined when there is none or it is no list. */
export function listOf(map: MapNode | undefined, key: Plain): ListNode | undefined {
  const value = map === undefined ? undefined : valueUnder(map, key);
  return value?.kind === 'list' ? value : undefined;
}

/** The scalar under a key, or undefined when there is none or it is no scalar. */
export function plainOf(map: MapNode | undefined, key: Plain): Plain | undefined {
  const value = map === undefined ? undefined : valueUnder(map, key);
  return value?.kind === 'scalar' ? value.value : undefined;
}

/** Where a block map ends: with its last entry, comments behind it left out. */
export function blockEnd(entries: readonly EntryNode[]): number {
  const last = entries.findLast((entry) => !entry.merged);
  return last === undefined ? 0 : Math.max(last.key.end, last.value.end);
}
