import { type DraftMap, drop, enter, isEmptyNow, keysOf, look, put, valueAt } from './draft.ts';
import type { Edit } from './edit-types.ts';
import { FaucetConfigError } from './error.ts';
import { type MapNode, resolve } from './node.ts';
import { keyId, type Plain } from './scalar.ts';
import { dpKeys, interfaceKeys, requirePort, vlanKeys, type Wanted } from './spec.ts';
import { isMapValue, toValue } from './value.ts';

/** What the edits took away, for the sweep of what points there. */
export interface Removed {
  readonly dps: Set<string>;
  /** By datapath: port numbers and names. */
  readonly ports: Map<string, Set<string>>;
  /** ACL names that the removed interfaces named. */
  readonly acls: Set<string>;
  /** Datapaths that an edit was about. */
  readonly touched: Set<string>;
}

/** Applies the edits, in order, to the draft of a file. @throws FaucetConfigError `UNKNOWN_DP`, `BAD_VALUE`, `UNEDITABLE`. */
export function applyEdits(root: DraftMap, edits: readonly Edit[]): Removed {
  const removed: Removed = {
    dps: new Set(),
    ports: new Map(),
    acls: new Set(),
    touched: new Set(),
  };
  for (const edit of edits) applyEdit(root, edit, removed);
  return removed;
}

type Handlers = {
  readonly [K in Edit['kind']]: (
    root: DraftMap,
    edit: Extract<Edit, { kind: K }>,
    removed: Removed,
  ) => void;
};

const handlers: Handlers = {
  'set-dp': setDp,
  'remove-dp': removeDp,
  'set-interface': setInterface,
  'remove-interface': removeInterface,
  'set-interface-range': (root, { dp, ports, spec }) => {
    const ranges = enter(requireDp(root, dp), 'interface_ranges');
    setKeys(enter(ranges, ports, true), interfaceKeys(spec));
  },
  'remove-interface-range': (root, { dp, ports }) =>
    dropFrom(findDp(root, dp), 'interface_ranges', ports),
  'set-vlan': (root, { vlan, spec }) =>
    setKeys(enter(enter(root, 'vlans'), vlanKey(vlan), true), vlanKeys(spec)),
  'remove-vlan': (root, { vlan }) => dropFrom(root, 'vlans', vlanKey(vlan)),
  'set-acl': (root, { acl, rules }) =>
    put(enter(root, 'acls'), acl, toValue(rules, ['acls', acl]), true),
  'remove-acl': (root, { acl }) => dropFrom(root, 'acls', acl),
};

function applyEdit(root: DraftMap, edit: Edit, removed: Removed): void {
  if ('dp' in edit) removed.touched.add(edit.dp);
  const handle = handlers[edit.kind] as (root: DraftMap, edit: Edit, removed: Removed) => void;
  handle(root, edit, removed);
}

function vlanKey(vlan: number | string): Plain {
  if (typeof vlan === 'string') return vlan;
  if (Number.isInteger(vlan) && vlan >= 1 && vlan <= 4095) return BigInt(vlan);
  const message = `${vlan} is no VLAN id: 1 to 4095`;
  throw new FaucetConfigError('BAD_VALUE', message, { path: ['vlans', String(vlan)] });
}

/** Takes a key out of a section, and the section with its last key: Faucet refuses a section that is null. */
export function dropFrom(map: DraftMap | undefined, section: string, key: Plain): void {
  if (map === undefined || sectionOf(map, section) === undefined) return;
  const inner = enter(map, section);
  if (look(inner, key) === undefined) return;
  drop(inner, key);
  if (isEmptyNow(inner)) drop(map, section);
}

/** The section as it is now, or undefined when there is none or it is no map. */
export function sectionOf(map: DraftMap, section: string): DraftMap | undefined {
  const found = look(map, section);
  if (found === undefined) return undefined;
  if (found.kind === 'draft-map') return found;
  if (found.kind === 'new') return isMapValue(found.value) ? enter(map, section) : undefined;
  if (found.kind === 'draft-list') return undefined;
  return resolve(found).kind === 'map' ? enter(map, section) : undefined;
}

function setKeys(map: DraftMap, wanted: Wanted): void {
  for (const [key, value] of wanted) {
    if (value === null) drop(map, key);
    else put(map, key, toValue(value, [...map.path, key]));
  }
}

/** The draft of a datapath, or undefined when the file has none of that name. */
export function findDp(root: DraftMap, dp: string): DraftMap | undefined {
  const dps = sectionOf(root, 'dps');
  return dps === undefined || look(dps, dp) === undefined ? undefined : sectionOf(dps, dp);
}

function requireDp(root: DraftMap, dp: string): DraftMap {
  const found = findDp(root, dp);
  if (found !== undefined) return found;
  const path = ['dps', dp];
  throw new FaucetConfigError('UNKNOWN_DP', `there is no datapath ${dp} to edit in this file`, {
    path,
  });
}

function setDp(root: DraftMap, edit: Extract<Edit, { kind: 'set-dp' }>, removed: Removed): void {
  const path = ['dps', edit.dp];
  const { dpId } = edit.spec;
  const isNew = findDp(root, edit.dp) === undefined;
  if ((isNew || dpId !== undefined) && (dpId === undefined || dpId < 0n || dpId >= 2n ** 64n)) {
    const message = `datapath ${edit.dp} needs a dp_id from 0 to 2^64 - 1, not ${dpId}`;
    throw new FaucetConfigError('BAD_VALUE', message, { path });
  }
  removed.dps.delete(edit.dp);
  setKeys(enter(enter(root, 'dps'), edit.dp, true), dpKeys(edit.spec));
}

function removeDp(
  root: DraftMap,
  { dp }: Extract<Edit, { kind: 'remove-dp' }>,
  removed: Removed,
): void {
  const found = findDp(root, dp);
  if (found === undefined) return;
  const interfaces = sectionOf(found, 'interfaces');
  for (const key of interfaces === undefined ? [] : keysOf(interfaces)) {
    if (interfaces !== undefined) noteAcls(interfaces, key, removed);
  }
  drop(enter(root, 'dps'), dp);
  removed.dps.add(dp);
}

function setInterface(root: DraftMap, edit: Extract<Edit, { kind: 'set-interface' }>): void {
  requirePort(edit.dp, edit.port);
  const interfaces = enter(requireDp(root, edit.dp), 'interfaces');
  const key = keyOfPort(interfaces, edit.port) ?? BigInt(edit.port);
  setKeys(enter(interfaces, key), interfaceKeys(edit.spec));
}

function removeInterface(
  root: DraftMap,
  { dp, port, keyed = false }: Extract<Edit, { kind: 'remove-interface' }>,
  removed: Removed,
): void {
  const found = findDp(root, dp);
  const interfaces = found === undefined ? undefined : sectionOf(found, 'interfaces');
  const key = interfaces === undefined ? undefined : keyToRemove(interfaces, port, keyed);
  if (found === undefined || interfaces === undefined || key === undefined) return;
  noteAcls(interfaces, key, removed);
  const names = removed.ports.get(dp) ?? new Set();
  removed.ports.set(dp, names);
  names.add(String(port)).add(nameOfPort(interfaces, key));
  dropFrom(found, 'interfaces', key);
}

function keyToRemove(interfaces: DraftMap, port: number, keyed: boolean): Plain | undefined {
  if (!keyed) return keyOfPort(interfaces, port);
  const own = BigInt(port);
  const number = fieldOf(interfaces, own, 'number') ?? own;
  return look(interfaces, own) !== undefined && number === own ? own : undefined;
}

/** The key of the interface whose port number is this; of two, the later one, which is the one that Faucet uses. */
export function keyOfPort(interfaces: DraftMap, port: number): Plain | undefined {
  const isIt = (key: Plain): boolean =>
    (fieldOf(interfaces, key, 'number') ?? key) === BigInt(port);
  const candidates: Plain[] = [BigInt(port), ...numberedKeys(interfaces.node)];
  for (const { key, to } of interfaces.changes.values()) {
    if (to?.kind !== 'draft-map') continue;
    if (typeof key !== 'bigint' || to.changes.has(numberId)) candidates.push(key);
  }
  const place = placesIn(interfaces.node);
  return candidates
    .filter((key) => look(interfaces, key) !== undefined && isIt(key))
    .reduce<Plain | undefined>(
      (last, key) => (last !== undefined && place(key) < place(last) ? last : key),
      undefined,
    );
}

/** Where keys stand in the file; those that are new come last. */
function placesIn(node: MapNode | undefined): (key: Plain) => number {
  return (key) => {
    const entry = node?.index.get(keyId(key));
    return entry?.key.start ?? Number.POSITIVE_INFINITY;
  };
}

const numberId = keyId('number');

const numberedKeysOf = new WeakMap<MapNode, readonly Plain[]>();

/** The interfaces of the file that have a `number`; found once, for files with thousands of interfaces. */
function numberedKeys(node: MapNode | undefined): readonly Plain[] {
  if (node === undefined) return [];
  const known = numberedKeysOf.get(node);
  if (known !== undefined) return known;
  const found = node.entries
    .filter((entry) => {
      const value = resolve(entry.value);
      return value.kind === 'map' && value.index.has(keyId('number'));
    })
    .map((entry) => entry.key.value);
  numberedKeysOf.set(node, found);
  return found;
}

/** The name that mirror lists and stack links may call an interface by. */
export function nameOfPort(interfaces: DraftMap, key: Plain): string {
  const name = fieldOf(interfaces, key, 'name');
  return typeof name === 'string' ? name : String(key);
}

/** A scalar of an interface, without starting to change it. */
function fieldOf(interfaces: DraftMap, key: Plain, field: string): Plain | undefined {
  const found = look(interfaces, key);
  if (found === undefined) return undefined;
  if (found.kind === 'draft-map') {
    const value = valueAt(found, field);
    return typeof value === 'object' ? undefined : value;
  }
  if (found.kind === 'new' || found.kind === 'draft-list') return undefined;
  const at = resolve(found);
  const inner = at.kind === 'map' ? at.index.get(keyId(field))?.value : undefined;
  const scalar = inner === undefined ? undefined : resolve(inner);
  return scalar?.kind === 'scalar' && scalar.value !== null ? scalar.value : undefined;
}

function noteAcls(interfaces: DraftMap, key: Plain, removed: Removed): void {
  const found = valueAt(interfaces, key);
  if (found === undefined || !isMapValue(found)) return;
  const acls = found.entries.find(([name]) => name === 'acls_in')?.[1];
  if (!Array.isArray(acls)) return;
  for (const acl of acls) if (typeof acl === 'string') removed.acls.add(acl);
}
