import { FaucetConfigError } from './error.ts';
import { type EntryNode, type ListNode, type MapNode, type Node, resolve } from './node.ts';
import { keyId, type Plain } from './scalar.ts';
import { fromNode, isMapValue, type Value } from './value.ts';

/** A value that replaces what was there. */
export interface NewValue {
  readonly kind: 'new';
  readonly value: Value;
}

/** A list of the file of whose items some are changed inside. */
export interface DraftList {
  readonly kind: 'draft-list';
  readonly node: ListNode;
  readonly items: Map<number, DraftMap>;
}

/** One changed key of a map; without `to` it is gone. */
export interface Change {
  readonly key: Plain;
  /** A name somebody chose, to be quoted, in contrast to a word of Faucet's. */
  readonly name: boolean;
  readonly to: DraftMap | DraftList | NewValue | undefined;
}

/** A map of the file with what is to change in it, or, without `node`, a new one. */
export interface DraftMap {
  readonly kind: 'draft-map';
  readonly node: MapNode | undefined;
  readonly path: readonly string[];
  /** By `keyId`, in the order they were first changed. */
  readonly changes: Map<string, Change>;
}

/** Starts changing a map. */
export function draftMap(node: MapNode | undefined, path: readonly string[]): DraftMap {
  return { kind: 'draft-map', node, path, changes: new Map() };
}

/** What is under a key now: unchanged from the file, or as changed. */
export function look(
  map: DraftMap,
  key: Plain,
): Node | DraftMap | DraftList | NewValue | undefined {
  const change = map.changes.get(keyId(key));
  return change === undefined ? map.node?.index.get(keyId(key))?.value : change.to;
}

/** The keys of a map as they are now. */
export function keysOf(map: DraftMap): Plain[] {
  const kept = (map.node?.entries ?? [])
    .map((entry) => entry.key.value)
    .filter((key) => !map.changes.has(keyId(key)));
  const changed = [...map.changes.values()].filter((change) => change.to !== undefined);
  return [...kept, ...changed.map((change) => change.key)];
}

/** Whether a map has no key left. */
export function isEmptyNow(map: DraftMap): boolean {
  const kept = map.node?.entries.some((entry) => !map.changes.has(keyId(entry.key.value)));
  return kept !== true && [...map.changes.values()].every((change) => change.to === undefined);
}

/** The value under a key now, or undefined when there is none. */
export function valueAt(map: DraftMap, key: Plain): Value | undefined {
  const found = look(map, key);
  return found === undefined ? undefined : asValue(found);
}

function asValue(found: Node | DraftMap | DraftList | NewValue): Value {
  if (found.kind === 'new') return found.value;
  if (found.kind === 'draft-map') return mapValue(found);
  if (found.kind !== 'draft-list') return fromNode(found);
  return found.node.items.map((item, i) => {
    const draft = found.items.get(i);
    return draft === undefined ? fromNode(item) : mapValue(draft);
  });
}

/** A map as it is now, as a value. */
export function mapValue(map: DraftMap): Value {
  return {
    kind: 'map',
    entries: keysOf(map).map((key) => [key, valueAt(map, key) ?? null] as const),
    names: [...map.changes.values()].some((change) => change.name),
  };
}

/** Puts a value under a key. */
export function put(map: DraftMap, key: Plain, value: Value, name = false): void {
  refuseMerged(map, key);
  map.changes.set(keyId(key), { key, name, to: { kind: 'new', value } });
}

/** Takes a key away; nothing happens when it is not there. */
export function drop(map: DraftMap, key: Plain): void {
  const entry = map.node?.index.get(keyId(key));
  if (entry === undefined) {
    map.changes.delete(keyId(key));
    return;
  }
  if (entry.merged) {
    throw uneditable(map, key, 'it comes from a << merge; take it out of the map that is merged');
  }
  map.changes.set(keyId(key), { key: entry.key.value, name: false, to: undefined });
}

function refuseMerged(map: DraftMap, key: Plain): void {
  if (map.node?.index.get(keyId(key))?.merged === true) {
    throw uneditable(map, key, 'it comes from a << merge');
  }
}

/**
 * The map under a key, to be changed; made when there is none.
 *
 * @throws FaucetConfigError `UNEDITABLE` when something else than a map is there, or a map that is shared through an
 * alias or a merge.
 */
export function enter(map: DraftMap, key: Plain, name = false): DraftMap {
  const found = look(map, key);
  if (found?.kind === 'draft-map') return found;
  const path = [...map.path, typeof key === 'string' ? key : String(key)];
  let made: DraftMap;
  if (found === undefined || isNothing(found)) {
    refuseMerged(map, key);
    made = draftMap(undefined, path);
  } else if (found.kind === 'new' && isMapValue(found.value)) {
    made = draftMap(undefined, path);
    for (const [inner, value] of found.value.entries) put(made, inner, value);
  } else if (found.kind === 'map') {
    refuseMerged(map, key);
    made = draftMap(found, path);
  } else if (found.kind === 'alias') {
    throw uneditable(map, key, 'it is an alias, a change would reach what else uses the anchor');
  } else {
    throw uneditable(map, key, 'it is not a map');
  }
  const change = { key: keyAsWritten(map, key), name, to: made };
  map.changes.set(keyId(key), change);
  return made;
}

/** The list of maps under a key, with one of its maps to be changed. */
export function enterItem(map: DraftMap, key: Plain, item: number): DraftMap {
  const found = look(map, key);
  let list: DraftList;
  if (found?.kind === 'draft-list') list = found;
  else if (found?.kind === 'list') list = { kind: 'draft-list', node: found, items: new Map() };
  else throw uneditable(map, key, 'it is not a list that is written here');
  const node = list.node.items[item];
  if (node?.kind !== 'map')
    throw uneditable(map, key, 'its item is not a map that is written here');
  const made = list.items.get(item) ?? draftMap(node, [...map.path, String(key), String(item)]);
  list.items.set(item, made);
  map.changes.set(keyId(key), { key: keyAsWritten(map, key), name: false, to: list });
  return made;
}

/** The entry of the file that a change is about. */
export function originOf(map: DraftMap, change: Change): EntryNode | undefined {
  const entry = map.node?.index.get(keyId(change.key));
  return entry?.merged === true ? undefined : entry;
}

function keyAsWritten(map: DraftMap, key: Plain): Plain {
  return map.node?.index.get(keyId(key))?.key.value ?? key;
}

function isNothing(found: Node | DraftMap | DraftList | NewValue): boolean {
  if (found.kind === 'new') return found.value === null;
  if (found.kind === 'draft-map' || found.kind === 'draft-list') return false;
  const at = resolve(found);
  return at.kind === 'scalar' && at.value === null;
}

function uneditable(map: DraftMap, key: Plain, why: string): FaucetConfigError {
  const path = [...map.path, String(key)];
  const message = `${path.join('.')} cannot be edited in place: ${why}`;
  return new FaucetConfigError('UNEDITABLE', message, { path });
}
