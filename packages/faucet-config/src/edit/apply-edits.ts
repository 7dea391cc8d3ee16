import { FaucetConfigError } from '../error.ts';
import { resolve } from '../yaml/node.ts';
import type { Plain } from '../yaml/scalar.ts';
import { isList, isMapValue, toValue, type Value } from '../yaml/value.ts';
import {
  type DraftMap,
  drop,
  enter,
  isEmptyNow,
  keyNamed,
  keysOf,
  look,
  put,
  valueAt,
} from './draft.ts';
import type { Edit } from './edit-types.ts';
import { fieldOf, keyOfPort, nameOfPort } from './port-keys.ts';
import { dpKeys, interfaceKeys, requirePort, vlanKeys, type Wanted } from './spec.ts';

/** What the edits removed. `sweep` uses it to remove references. */
export interface Removed {
  readonly dps: Set<string>;
  /** Port numbers and names, by datapath. */
  readonly ports: Map<string, Set<string>>;
  /** Names of the ACLs that the removed interfaces used. */
  readonly acls: Set<string>;
  /** Datapaths that an edit names. */
  readonly touched: Set<string>;
}

/** Returns the key of a name in a section of an included file. Undefined if it is missing. */
export type OutsideKey = (section: 'acls' | 'vlans', name: string) => Plain | undefined;

/**
 * Applies the edits in order to the draft of a file.
 *
 * @throws FaucetConfigError `UNKNOWN_DP`, `BAD_VALUE`, `UNEDITABLE`.
 */
export function applyEdits(
  root: DraftMap,
  edits: readonly Edit[],
  outside: OutsideKey = () => undefined,
): Removed {
  const removed: Removed = {
    dps: new Set(),
    ports: new Map(),
    acls: new Set(),
    touched: new Set(),
  };
  for (const edit of edits) applyEdit({ root, outside }, edit, removed);
  return removed;
}

interface Place {
  readonly root: DraftMap;
  readonly outside: OutsideKey;
}

type Handlers = {
  readonly [K in Edit['kind']]: (
    place: Place,
    edit: Extract<Edit, { kind: K }>,
    removed: Removed,
  ) => void;
};

const handlers: Handlers = {
  'set-dp': setDp,
  'remove-dp': ({ root }, edit, removed) => removeDp(root, edit, removed),
  'set-interface': setInterface,
  'remove-interface': ({ root }, edit, removed) => removeInterface(root, edit, removed),
  'set-interface-range': (place, { dp, ports, spec }) => {
    const ranges = enter(requireDp(place.root, dp), 'interface_ranges');
    const key = keyNamed(ranges, ports) ?? ports;
    setKeys(place, enter(ranges, key, true), interfaceKeys(spec));
  },
  'remove-interface-range': ({ root }, { dp, ports }) =>
    dropNamed(findDp(root, dp), 'interface_ranges', ports),
  'set-vlan': (place, { vlan, spec }) => {
    const key = vlanKey(place, vlan);
    setKeys(place, enter(enter(place.root, 'vlans'), key, true), vlanKeys(spec));
  },
  'remove-vlan': (place, { vlan }) => dropFrom(place.root, 'vlans', vlanKey(place, vlan)),
  'set-acl': (place, { acl, rules }) => {
    const key = keyIn(place, 'acls', acl) ?? acl;
    put(enter(place.root, 'acls'), key, toValue(rules, ['acls', acl]), true);
  },
  'remove-acl': ({ root }, { acl }) => dropNamed(root, 'acls', acl),
};

function applyEdit(place: Place, edit: Edit, removed: Removed): void {
  if ('dp' in edit) removed.touched.add(edit.dp);
  const handle = handlers[edit.kind] as (place: Place, edit: Edit, removed: Removed) => void;
  handle(place, edit, removed);
}

function vlanKey(place: Place, vlan: number | string): Plain {
  if (typeof vlan === 'string') return keyIn(place, 'vlans', vlan) ?? vlan;
  if (Number.isInteger(vlan) && vlan >= 1 && vlan <= 4095) {
    const vlans = sectionOf(place.root, 'vlans');
    const isThere = vlans !== undefined && look(vlans, BigInt(vlan)) !== undefined;
    return isThere ? BigInt(vlan) : (keyIn(place, 'vlans', String(vlan)) ?? BigInt(vlan));
  }
  const message = `${vlan} is not a VLAN id: 1 to 4095`;
  throw new FaucetConfigError('BAD_VALUE', message, { path: ['vlans', String(vlan)] });
}

/** Returns the key of a name in a section of this file or of an included one. */
function keyIn(place: Place, section: 'acls' | 'vlans', name: string): Plain | undefined {
  const here = sectionOf(place.root, section);
  const key = here === undefined ? undefined : keyNamed(here, name);
  return key === undefined ? place.outside(section, name) : key;
}

function dropNamed(map: DraftMap | undefined, section: string, name: string): void {
  const inner = map === undefined ? undefined : sectionOf(map, section);
  const key = inner === undefined ? undefined : keyNamed(inner, name);
  if (key !== undefined) dropFrom(map, section, key);
}

/** Removes a key from a section, and the section with its last key, because Faucet refuses a section that is null. */
export function dropFrom(map: DraftMap | undefined, section: string, key: Plain): void {
  if (map === undefined || sectionOf(map, section) === undefined) return;
  const inner = enter(map, section);
  if (look(inner, key) === undefined) return;
  drop(inner, key);
  if (isEmptyNow(inner)) drop(map, section);
}

/** Returns the current section, or undefined if it is missing or not a map. */
export function sectionOf(map: DraftMap, section: Plain): DraftMap | undefined {
  const found = look(map, section);
  if (found === undefined) return undefined;
  if (found.kind === 'draft-map') return found;
  if (found.kind === 'new') return isMapValue(found.value) ? enter(map, section) : undefined;
  if (found.kind === 'draft-list') return undefined;
  return resolve(found).kind === 'map' ? enter(map, section) : undefined;
}

/** The section that defines the names under each of these keys of an interface or a VLAN. */
const definedIn: Readonly<Record<string, 'acls' | 'vlans'>> = {
  acl_in: 'acls',
  acls_in: 'acls',
  acl_out: 'acls',
  acls_out: 'acls',
  dp_acls: 'acls',
  native_vlan: 'vlans',
  tagged_vlans: 'vlans',
};

function setKeys(place: Place, map: DraftMap, wanted: Wanted): void {
  for (const [key, value] of wanted) {
    if (value === null) drop(map, key);
    else put(map, key, withKeys(place, map, key, toValue(value, [...map.path, key])));
  }
}

/** Replaces each name in a value with the key that it refers to, because Faucet does not find `7:` by `"7"`. */
function withKeys(place: Place, map: DraftMap, key: string, value: Value): Value {
  const section = definedIn[key];
  if (section !== undefined) {
    return withNames(value, (name) => keyIn(place, section, name) ?? name);
  }
  const [top, dp = ''] = map.path;
  if (top !== 'dps') return value;
  if (key === 'mirror') return withNames(value, (name) => portKey(place.root, dp, name));
  if (key !== 'stack' || !isMapValue(value)) return value;
  const peer = value.entries.find(([name]) => name === 'dp')?.[1];
  const entries = value.entries.map(([name, inner]) => {
    const isPort = name === 'port' && typeof inner === 'string' && typeof peer === 'string';
    return [name, isPort ? portKey(place.root, peer, inner) : inner] as const;
  });
  return { ...value, entries };
}

function withNames(value: Value, keyOf: (name: string) => Plain): Value {
  if (isList(value)) return value.map((item) => withNames(item, keyOf));
  return typeof value === 'string' ? keyOf(value) : value;
}

/** Returns the key of the interface that a name refers to, or the name itself if no key matches. */
function portKey(root: DraftMap, dp: string, name: string): Plain {
  const found = findDp(root, dp);
  const interfaces = found === undefined ? undefined : sectionOf(found, 'interfaces');
  return (interfaces === undefined ? undefined : keyNamed(interfaces, name)) ?? name;
}

/** Returns the draft of a datapath, or undefined if the file has none with that name. */
export function findDp(root: DraftMap, dp: string): DraftMap | undefined {
  const dps = sectionOf(root, 'dps');
  const key = dps === undefined ? undefined : keyNamed(dps, dp);
  return dps === undefined || key === undefined ? undefined : sectionOf(dps, key);
}

function requireDp(root: DraftMap, dp: string): DraftMap {
  const found = findDp(root, dp);
  if (found !== undefined) return found;
  const path = ['dps', dp];
  throw new FaucetConfigError('UNKNOWN_DP', `there is no datapath ${dp} to edit in this file`, {
    path,
  });
}

function setDp(place: Place, edit: Extract<Edit, { kind: 'set-dp' }>, removed: Removed): void {
  const { root } = place;
  const path = ['dps', edit.dp];
  const { dpId } = edit.spec;
  const isNew = findDp(root, edit.dp) === undefined;
  if ((isNew || dpId !== undefined) && (dpId === undefined || dpId < 0n || dpId >= 2n ** 64n)) {
    const message = `datapath ${edit.dp} needs a dp_id from 0 to 2^64 - 1, not ${dpId}`;
    throw new FaucetConfigError('BAD_VALUE', message, { path });
  }
  removed.dps.delete(edit.dp);
  const dps = enter(root, 'dps');
  const dp = enter(dps, keyNamed(dps, edit.dp) ?? edit.dp, true);
  setKeys(place, dp, dpKeys(edit.spec));
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
  const dps = enter(root, 'dps');
  drop(dps, keyNamed(dps, dp) ?? dp);
  removed.dps.add(dp);
}

function setInterface(place: Place, edit: Extract<Edit, { kind: 'set-interface' }>): void {
  requirePort(edit.dp, edit.port);
  const interfaces = enter(requireDp(place.root, edit.dp), 'interfaces');
  const key = keyOfPort(interfaces, edit.port) ?? BigInt(edit.port);
  setKeys(place, enter(interfaces, key), interfaceKeys(edit.spec));
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

function noteAcls(interfaces: DraftMap, key: Plain, removed: Removed): void {
  const found = valueAt(interfaces, key);
  if (found === undefined || !isMapValue(found)) return;
  const acls = found.entries.find(([name]) => name === 'acls_in')?.[1];
  if (!Array.isArray(acls)) return;
  for (const acl of acls) if (typeof acl === 'string') removed.acls.add(acl);
}
