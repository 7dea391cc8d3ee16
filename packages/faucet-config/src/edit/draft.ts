import { FaucetConfigError } from '../error.ts';
import { type EntryNode, type ListNode, type MapNode, type Node, resolve } from '../yaml/node.ts';
import { isUnreadable, keyId, type Plain, resolvePlain } from '../yaml/scalar.ts';
import { fromNode, isList, isMapValue, keyText, type Value } from '../yaml/value.ts';

/** A value that replaces the old one. */
export interface NewValue {
  readonly kind: 'new';
  readonly value: Value;
}

/** A list of the file, with changes inside some items and items to append. */
export interface DraftList {
  readonly kind: 'draft-list';
  readonly node: ListNode;
  readonly items: Map<number, DraftMap>;
  readonly added: Value[];
}

/** A changed key of a map. Without `to`, the key is removed. */
export interface Change {
  readonly key: Plain;
  /** Whether the key is a user-chosen name, which is quoted, and not a keyword of Faucet's. */
  readonly name: boolean;
  readonly to: DraftMap | DraftList | NewValue | undefined;
  /** Whether a new entry is placed before the others. */
  readonly first?: boolean | undefined;
}

/** A map of the file with its changes, or a new map if it has no `node`. */
export interface DraftMap {
  readonly kind: 'draft-map';
  readonly node: MapNode | undefined;
  readonly path: readonly string[];
  /** Changes by `keyId`, in the order in which the keys were first changed. */
  readonly changes: Map<string, Change>;
}

/** Returns a draft without changes. */
export function draftMap(node: MapNode | undefined, path: readonly string[]): DraftMap {
  return { kind: 'draft-map', node, path, changes: new Map() };
}

/** Returns what is under a key now: unchanged from the file, or as changed. */
export function look(
  map: DraftMap,
  key: Plain,
): Node | DraftMap | DraftList | NewValue | undefined {
  const change = map.changes.get(keyId(key));
  return change === undefined ? map.node?.index.get(keyId(key))?.value : change.to;
}

/** Returns the keys that a name may refer to: the name itself, or the value it has without quotes. */
export function spellings(name: string): Plain[] {
  const bare = resolvePlain(name);
  return isUnreadable(bare) || bare === name ? [name] : [name, bare];
}

/**
 * Returns the key that a name refers to, with the type that it has in the file: `7` if the file has `7:`. Returns
 * undefined if there is none.
 */
export function keyNamed(map: DraftMap, name: string): Plain | undefined {
  const written = (key: Plain): Plain | undefined => {
    const change = map.changes.get(keyId(key));
    if (change === undefined) return map.node?.index.get(keyId(key))?.key.value;
    return change.to === undefined ? undefined : change.key;
  };
  return spellings(name)
    .map(written)
    .find((key) => key !== undefined && keyText(key) === name);
}

/** Returns the current keys of a map. */
export function keysOf(map: DraftMap): Plain[] {
  const kept = (map.node?.entries ?? [])
    .map((entry) => entry.key.value)
    .filter((key) => !map.changes.has(keyId(key)));
  const changed = [...map.changes.values()].filter((change) => change.to !== undefined);
  return [...kept, ...changed.map((change) => change.key)];
}

/** Returns whether a map has no keys left. */
export function isEmptyNow(map: DraftMap): boolean {
  const kept = map.node?.entries.some((entry) => !map.changes.has(keyId(entry.key.value)));
  return kept !== true && [...map.changes.values()].every((change) => change.to === undefined);
}

/** Returns the current value under a key, or undefined if there is none. */
export function valueAt(map: DraftMap, key: Plain): Value | undefined {
  const found = look(map, key);
  return found === undefined ? undefined : asValue(found);
}

function asValue(found: Node | DraftMap | DraftList | NewValue): Value {
  if (found.kind === 'new') return found.value;
  if (found.kind === 'draft-map') return mapValue(found);
  if (found.kind !== 'draft-list') return fromNode(found);
  const items = found.node.items.map((item, i) => {
    const draft = found.items.get(i);
    return draft === undefined ? fromNode(item) : mapValue(draft);
  });
  return [...items, ...found.added];
}

/** Returns the current contents of a map as a value. */
export function mapValue(map: DraftMap): Value {
  return {
    kind: 'map',
    entries: keysOf(map).map((key) => [key, valueAt(map, key) ?? null] as const),
    names: [...map.changes.values()].some((change) => change.name),
  };
}

/** Sets the value under a key. */
export function put(map: DraftMap, key: Plain, value: Value, name = false): void {
  refuseMerged(map, key);
  map.changes.set(keyId(key), { key, name, to: { kind: 'new', value } });
}

/** Removes a key. Does nothing if the key is missing. */
export function drop(map: DraftMap, key: Plain): void {
  const entry = map.node?.index.get(keyId(key));
  if (entry === undefined) {
    map.changes.delete(keyId(key));
    return;
  }
  if (entry.merged) {
    throw uneditable(map, key, 'it comes from a << merge; remove it from the map that is merged');
  }
  map.changes.set(keyId(key), { key: entry.key.value, name: false, to: undefined });
}

function refuseMerged(map: DraftMap, key: Plain): void {
  if (map.node?.index.get(keyId(key))?.merged === true) {
    throw uneditable(map, key, 'it comes from a << merge');
  }
}

/**
 * Returns a draft of the map under a key. Creates the map if it is missing.
 *
 * @throws FaucetConfigError `UNEDITABLE` if there is something other than a map, or a map that is shared through an
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
    throw uneditable(
      map,
      key,
      'it is an alias: a change would affect everything else that uses the anchor',
    );
  } else {
    throw uneditable(map, key, 'it is not a map');
  }
  const change = { key: keyAsWritten(map, key), name, to: made };
  map.changes.set(keyId(key), change);
  return made;
}

/** Appends to the list under a key, whose items are kept. Creates the list if there is something else. */
export function append(map: DraftMap, key: Plain, value: Value): void {
  const found = look(map, key);
  if (found?.kind !== 'draft-list' && found?.kind !== 'list') {
    const before = found === undefined ? undefined : asValue(found);
    put(map, key, [...(before !== undefined && isList(before) ? before : []), value]);
    return;
  }
  draftList(map, key, found).added.push(value);
}

function draftList(map: DraftMap, key: Plain, found: DraftList | ListNode): DraftList {
  if (found.kind === 'draft-list') return found;
  refuseMerged(map, key);
  const list: DraftList = { kind: 'draft-list', node: found, items: new Map(), added: [] };
  map.changes.set(keyId(key), { key: keyAsWritten(map, key), name: false, to: list });
  return list;
}

/** Sets a map under a new key, before all others. */
export function putFirst(map: DraftMap, key: Plain, value: Value): void {
  map.changes.set(keyId(key), { key, name: false, to: { kind: 'new', value }, first: true });
}

/** Returns a draft of one map in the list of maps under a key. */
export function enterItem(map: DraftMap, key: Plain, item: number): DraftMap {
  const found = look(map, key);
  if (found?.kind !== 'draft-list' && found?.kind !== 'list') {
    throw uneditable(map, key, 'it is not a list that is written here');
  }
  const list = draftList(map, key, found);
  const node = list.node.items[item];
  if (node?.kind !== 'map')
    throw uneditable(map, key, 'its item is not a map that is written here');
  const made = list.items.get(item) ?? draftMap(node, [...map.path, String(key), String(item)]);
  list.items.set(item, made);
  return made;
}

/** Returns the entry of the file that a change refers to. */
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
