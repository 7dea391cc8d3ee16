import { hasKey } from '../yaml/node.ts';
import type { Plain } from '../yaml/scalar.ts';
import { isList, isMapValue, type Value } from '../yaml/value.ts';
import { dropFrom, findDp, type Removed, sectionOf } from './apply-edits.ts';
import { type DraftMap, drop, enter, enterItem, keysOf, look, put, valueAt } from './draft.ts';
import { keyOfPort, nameOfPort } from './port-keys.ts';

/** An ACL with this name belongs to one remote mirror and is removed with the last interface that used it. */
const REMOTE_MIRROR = /^remote-mirror-/;

/**
 * Removes references to removed datapaths and interfaces that would make Faucet refuse the file: mirror entries, stack
 * links, tunnels. A rule loses only its tunnel, so what it allowed or dropped does not change.
 */
export function sweep(root: DraftMap, removed: Removed): void {
  const gone = (dp: Plain, port: Value | undefined): boolean => isGone(root, removed, dp, port);
  for (const dp of removed.ports.keys()) sweepMirrors(root, dp, removed);
  if (removed.dps.size > 0 || removed.ports.size > 0) {
    sweepStacks(root, gone);
    sweepTunnels(root, gone);
  }
  for (const acl of removed.acls) {
    if (REMOTE_MIRROR.test(acl) && !isAclUsed(root, acl)) dropFrom(root, 'acls', acl);
  }
}

function isGone(root: DraftMap, removed: Removed, dp: Plain, port: Value | undefined): boolean {
  if (typeof dp !== 'string') return false;
  const draft = findDp(root, dp);
  if (draft === undefined) return removed.dps.has(dp);
  if (port === undefined || removed.ports.get(dp)?.has(String(port)) !== true) return false;
  return !hasPort(draft, port);
}

function hasPort(dp: DraftMap, port: Value): boolean {
  const interfaces = sectionOf(dp, 'interfaces');
  if (interfaces === undefined) return false;
  if (typeof port === 'bigint') return keyOfPort(interfaces, Number(port)) !== undefined;
  return keysOf(interfaces).some((key) => nameOfPort(interfaces, key) === port);
}

function get(value: Value | undefined, key: string): Value | undefined {
  if (value === undefined || !isMapValue(value)) return undefined;
  return value.entries.find(([name]) => name === key)?.[1];
}

function sweepMirrors(root: DraftMap, dp: string, removed: Removed): void {
  const draft = findDp(root, dp);
  const interfaces = draft === undefined ? undefined : sectionOf(draft, 'interfaces');
  if (draft === undefined || interfaces === undefined) return;
  const goneHere = (port: Value): boolean =>
    removed.ports.get(dp)?.has(String(port)) === true && !hasPort(draft, port);
  for (const key of keysOf(interfaces)) {
    if (!mentions(interfaces, key, 'mirror')) continue;
    const mirror = get(valueAt(interfaces, key), 'mirror');
    if (mirror === undefined || mirror === null) continue;
    const list = isList(mirror) ? mirror : [mirror];
    const left = list.filter((port) => !goneHere(port));
    if (left.length === list.length) continue;
    const target = enter(interfaces, key);
    if (left.length > 0) {
      put(target, 'mirror', left);
      continue;
    }
    // a mirror destination accepts no traffic; without sources, it needs output_only
    if (valueAt(target, 'coprocessor') === undefined) put(target, 'output_only', true);
    drop(target, 'mirror');
  }
}

/** Returns whether an interface has a key, without converting it to a value. */
function mentions(interfaces: DraftMap, key: Plain, field: string): boolean {
  const found = look(interfaces, key);
  if (found?.kind === 'map') return hasKey(found, field);
  return get(valueAt(interfaces, key), field) !== undefined;
}

/** Keys that have no effect without a role. */
const ROLELESS = new Set(['name', 'number', 'description', 'opstatus_reconf', 'enabled']);

function sweepStacks(root: DraftMap, gone: (dp: Plain, port: Value | undefined) => boolean): void {
  const dps = sectionOf(root, 'dps');
  for (const dp of dps === undefined ? [] : keysOf(dps)) {
    const draft = dps === undefined ? undefined : sectionOf(dps, dp);
    const interfaces = draft === undefined ? undefined : sectionOf(draft, 'interfaces');
    if (draft === undefined || interfaces === undefined) continue;
    for (const key of keysOf(interfaces)) {
      if (!mentions(interfaces, key, 'stack')) continue;
      const stack = get(valueAt(interfaces, key), 'stack');
      const peer = get(stack, 'dp');
      if (typeof peer !== 'string' || !gone(peer, get(stack, 'port'))) continue;
      const port = enter(interfaces, key);
      drop(port, 'stack');
      const roleless = keysOf(port).every((name) => ROLELESS.has(String(name)));
      if (roleless) dropFrom(draft, 'interfaces', key);
    }
  }
}

function sweepTunnels(root: DraftMap, gone: (dp: Plain, port: Value | undefined) => boolean): void {
  const acls = sectionOf(root, 'acls');
  for (const acl of acls === undefined ? [] : keysOf(acls)) {
    const value = acls === undefined ? undefined : valueAt(acls, acl);
    if (acls === undefined || value === undefined) continue;
    const rules = isList(value) ? value : get(value, 'rules');
    if (rules === undefined || !isList(rules)) continue;
    rules.forEach((item, i) => {
      const rule = get(item, 'rule') ?? item;
      const output = get(get(rule, 'actions'), 'output');
      const swept = output === undefined ? output : withoutTunnel(output, gone);
      if (swept === output) return;
      const at = isList(value) ? enterItem(acls, acl, i) : enterItem(enter(acls, acl), 'rules', i);
      const actions = enter(get(item, 'rule') === undefined ? at : enter(at, 'rule'), 'actions');
      if (swept !== undefined) put(actions, 'output', swept);
      else {
        if (valueAt(actions, 'allow') === undefined) put(actions, 'allow', 0n);
        drop(actions, 'output');
      }
    });
  }
}

/**
 * Returns the output action without tunnels that lead nowhere. Returns undefined if nothing is left, and the same value
 * if there are none.
 */
function withoutTunnel(
  output: Value,
  gone: (dp: Plain, port: Value | undefined) => boolean,
): Value | undefined {
  const leadsNowhere = (tunnel: Value | undefined): boolean => {
    const dp = get(tunnel, 'dp');
    return typeof dp === 'string' && gone(dp, get(tunnel, 'port'));
  };
  if (isList(output)) {
    const left = output.filter((item) => !leadsNowhere(get(item, 'tunnel')));
    if (left.length === output.length) return output;
    return left.length === 0 ? undefined : left;
  }
  if (!isMapValue(output) || !leadsNowhere(get(output, 'tunnel'))) return output;
  const entries = output.entries.filter(([key]) => key !== 'tunnel');
  return entries.length === 0 ? undefined : { kind: 'map', entries };
}

function isAclUsed(root: DraftMap, acl: string): boolean {
  const dps = sectionOf(root, 'dps');
  return (dps === undefined ? [] : keysOf(dps)).some((dp) => {
    const draft = dps === undefined ? undefined : sectionOf(dps, dp);
    const interfaces = draft === undefined ? undefined : sectionOf(draft, 'interfaces');
    if (interfaces === undefined) return false;
    return keysOf(interfaces).some((key) => {
      const list = get(valueAt(interfaces, key), 'acls_in');
      return list !== undefined && isList(list) && list.includes(acl);
    });
  });
}
