import { type InterfaceAddress, isMac, isNetwork, parseInterface } from '../model/addresses.ts';
import { vlanTable } from '../model/key-tables.ts';
import {
  entryOf,
  hasKey,
  listOf,
  type MapNode,
  type Node,
  plainOf,
  resolve,
} from '../yaml/node.ts';
import type { Plain } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';
import { checkKeys, showNode } from './check-keys.ts';
import { below, isFalsy, report, type Spot } from './check-log.ts';
import { asInt, isNull, type VlanFacts } from './network-facts.ts';

/** Checks an entry of `vlans` on its own: `VLAN.check_config` of faucet 1.10.12. */
export function checkVlan(spot: Spot, key: Plain, at: Node, node: Node): void {
  const value = resolve(node);
  if (value.kind !== 'map') {
    if (isNull(value) && isVid(asInt(key))) return;
    report(spot, at, 'WRONG_TYPE', `${showNode(node)} must be a map`);
    return;
  }
  if (!checkKeys(spot, value, vlanTable)) return;
  const vid = asInt(plainOf(value, 'vid') ?? key);
  const name = plainOf(value, 'name');
  if (!isVid(vid)) {
    const message =
      typeof key === 'string' && !hasKey(value, 'vid')
        ? 'a VLAN with a name needs a vid'
        : 'the VLAN id must be from 1 to 4095';
    report(spot, entryOf(value, 'vid')?.value ?? at, 'BAD_VALUE', message);
  } else if (vid === 4095n) {
    report(spot, at, 'BAD_VALUE', 'VLAN 4095 is reserved (IEEE 802.1Q); switches drop it', 'wrong');
  }
  const called = typeof name === 'string' ? name : keyText(key);
  if (keyText(key) !== String(vid) && keyText(key) !== called) {
    report(spot, at, 'BAD_KEY', `the key must be the VLAN's vid (${vid}) or its name (${called})`);
  } else if (typeof key !== 'string' && asInt(key) === undefined) {
    report(spot, at, 'BAD_KEY', 'the key must be a vid or a name');
  }
  checkMac(spot, value);
  checkAcls(spot, value);
  checkVips(spot, value);
  checkRoutes(spot, value);
}

function isVid(vid: bigint | undefined): boolean {
  return vid !== undefined && vid >= 1n && vid <= 4095n;
}

function checkMac(spot: Spot, map: MapNode): void {
  const mac = plainOf(map, 'faucet_mac');
  if (typeof mac !== 'string' || isMac(mac)) return;
  report(below(spot, 'faucet_mac'), map, 'BAD_VALUE', `${mac} is not a MAC address`);
}

function checkAcls(spot: Spot, map: MapNode): void {
  for (const [list, old] of [
    ['acls_in', 'acl_in'],
    ['acls_out', 'acl_out'],
  ] as const) {
    const has = (key: string): boolean => !isFalsy(entryOf(map, key)?.value);
    if (has(list) && has(old)) {
      report(
        below(spot, old),
        map,
        'CONFLICT',
        `${old} and ${list} cannot be used together; use ${list}`,
      );
    }
    for (const item of listOf(map, list)?.items ?? []) {
      const value = resolve(item);
      const kind = value.kind === 'scalar' ? typeof value.value : 'none';
      if (['string', 'bigint', 'boolean'].includes(kind)) continue;
      report(below(spot, list), item, 'WRONG_TYPE', `${showNode(item)} is not the name of an ACL`);
    }
  }
}

function checkVips(spot: Spot, map: MapNode): void {
  for (const item of listOf(map, 'faucet_vips')?.items ?? []) {
    const value = resolve(item);
    const text = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : '';
    const vip = parseInterface(text);
    if (vip === undefined) {
      const message = `${showNode(item)} is not an address with a prefix length`;
      report(below(spot, 'faucet_vips'), item, 'BAD_VALUE', message);
    } else if (vip.prefix === vip.bits) {
      const message = `${text} must have a prefix length shorter than ${vip.bits}`;
      report(below(spot, 'faucet_vips'), item, 'BAD_VALUE', message);
    }
  }
}

function checkRoutes(spot: Spot, map: MapNode): void {
  const at = below(spot, 'routes');
  const items = listOf(map, 'routes')?.items ?? [];
  const wrapped = items.every((item) => {
    const value = resolve(item);
    return value.kind === 'map' && hasKey(value, 'route');
  });
  for (const item of items) {
    const outer = resolve(item);
    const inner = wrapped && outer.kind === 'map' ? entryOf(outer, 'route')?.value : item;
    const route = inner === undefined ? outer : resolve(inner);
    if (route.kind !== 'map') {
      report(at, item, 'WRONG_TYPE', `${showNode(item)} must be a map`);
      continue;
    }
    checkRoute(at, route);
  }
}

/** Parses an address or a network. Python also accepts an address as a number. */
function addressOf(value: Plain | undefined): InterfaceAddress | undefined {
  const number = asInt(value);
  if (typeof value === 'string') return parseInterface(value);
  if (typeof value === 'boolean' || number === undefined || number < 0n) return undefined;
  const bits = number < 2n ** 32n ? 32 : 128;
  return number < 2n ** 128n ? { value: number, bits, prefix: bits } : undefined;
}

function checkRoute(at: Spot, route: MapNode): void {
  const gateway = plainOf(route, 'ip_gw');
  const via = typeof gateway === 'string' && gateway.includes('/') ? undefined : addressOf(gateway);
  const to = addressOf(plainOf(route, 'ip_dst'));
  if (via === undefined) {
    report(at, route, 'BAD_VALUE', 'ip_gw must be an address');
  } else if (to === undefined || !isNetwork(to)) {
    report(at, route, 'BAD_VALUE', 'ip_dst must be a network, with no bit set behind its prefix');
  } else if (to.bits !== via.bits) {
    report(at, route, 'BAD_VALUE', 'ip_gw and ip_dst must be of one address family');
  }
}

/** Reports VLAN ids that more than one entry uses. */
export function checkDuplicateVids(vlans: readonly VlanFacts[]): void {
  const seen = new Map<bigint, VlanFacts>();
  for (const vlan of vlans) {
    const { listed } = vlan;
    if (listed === undefined) continue;
    const first = seen.get(vlan.vid);
    if (first === undefined) {
      seen.set(vlan.vid, vlan);
      continue;
    }
    const message = `VLAN id ${vlan.vid} is already used by ${keyText(first.key)}`;
    const at = listed.map ?? { start: 0, end: 0 };
    report(listed.spot, at, 'DUPLICATE_VID', message);
  }
}
