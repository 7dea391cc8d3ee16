import { isMac } from '../model/addresses.ts';
import {
  coprocessorTable,
  interfaceDefaults,
  interfaceTable,
  orgTlvTable,
  portLldpTable,
  portStackTable,
} from '../model/key-tables.ts';
import { isPortNumber } from '../model/port-ranges.ts';
import { entryOf, hasKey, listOf, plainOf, resolve } from '../yaml/node.ts';
import { keyText } from '../yaml/value.ts';
import { checkKeys, checkSubMap, showNode } from './check-keys.ts';
import { below, isFalsy, report } from './check-log.ts';
import { asInt, isNull, type PortFacts } from './network-facts.ts';

/** Checks an interface without the names that it refers to: `Port.check_config` of faucet 1.10.12. */
export function checkInterface(port: PortFacts): void {
  const { spot, map } = port;
  if (!checkKeys(spot, map, interfaceTable)) return;
  checkNumber(port);
  checkRoles(port);
  checkAclKeys(port);
  checkStackAndCoprocessor(port);
  checkLldp(port);
  checkRanges(port);
}

function checkNumber(port: PortFacts): void {
  const { spot, at, key, number, name, map } = port;
  if (number === undefined || number >= 2n ** 32n || !isPortNumber(Number(number))) {
    const written = plainOf(map, 'number');
    const message =
      written === undefined && typeof key === 'string'
        ? 'the key is a string, so a number must be given; write the key without quotes to mean a port number'
        : 'the port number must be from 1 to 4026531840, or 4294967294 for the port of the bridge itself';
    report(spot, at, 'BAD_KEY', message);
  } else if (keyText(key) !== String(number) && keyText(key) !== name) {
    const message = `the key must be the port's number (${number}) or its name (${name})`;
    report(spot, at, 'BAD_KEY', message);
  }
}

/** Options that are unrelated to VLANs and allowed with any role. */
const NEUTRAL = new Set(['enabled', 'number', 'name', 'description', 'max_lldp_lost']);

function checkRoles(port: PortFacts): void {
  const { spot, map, at } = port;
  const has = (key: string): boolean => !isFalsy(entryOf(map, key)?.value);
  const roles = ['stack', 'mirror', 'coprocessor', 'output_only'].filter(has);
  if (roles.length === 0) return;
  if (has('native_vlan') || has('tagged_vlans')) {
    const message = `a port with VLANs cannot have ${roles.join(' and ')} too`;
    report(spot, at, 'ROLE_CONFLICT', message);
    return;
  }
  const other = roles.filter((role) => role !== 'mirror');
  if (other.length > 1 || (roles.includes('mirror') && roles.includes('stack'))) {
    report(spot, at, 'ROLE_CONFLICT', `${roles.join(' and ')} cannot be used together on one port`);
    return;
  }
  for (const entry of map.entries) {
    const key = keyText(entry.key.value);
    if (NEUTRAL.has(key) || roles.includes(key) || isFalsy(entry.value)) continue;
    if (key.startsWith('acl') && (has('stack') || has('coprocessor'))) continue;
    const value = resolve(entry.value);
    const defaultValue = interfaceDefaults[key];
    if (value.kind === 'scalar' && isSame(value.value, defaultValue)) continue;
    const message = `it is an option of VLAN ports, and this port is ${roles.join(' and ')}`;
    report(below(spot, key), entry.key, 'ROLE_CONFLICT', message);
  }
}

function isSame(value: unknown, defaultValue: bigint | boolean | undefined): boolean {
  if (defaultValue === undefined) return false;
  const asNumber = (one: unknown): unknown => (typeof one === 'boolean' ? BigInt(one) : one);
  return asNumber(value) === asNumber(defaultValue);
}

function checkAclKeys(port: PortFacts): void {
  const { spot, map } = port;
  const old = entryOf(map, 'acl_in');
  const list = entryOf(map, 'acls_in');
  if (!isFalsy(old?.value) && list !== undefined && !isFalsy(list.value)) {
    report(
      below(spot, 'acl_in'),
      list.key,
      'CONFLICT',
      'acl_in and acls_in cannot be used together; use acls_in',
    );
  }
  for (const item of listOf(map, 'acls_in')?.items ?? []) {
    const value = resolve(item);
    const fine =
      value.kind === 'scalar' && ['string', 'bigint', 'boolean'].includes(typeof value.value);
    if (fine) continue;
    report(
      below(spot, 'acls_in'),
      item,
      'WRONG_TYPE',
      `${showNode(item)} is not the name of an ACL`,
    );
  }
  const pairs = [
    ['hairpin', 'hairpin_unicast'],
    ['lacp_selected', 'lacp_unselected'],
    ['lacp_selected', 'lacp_standby'],
    ['lacp_unselected', 'lacp_standby'],
  ] as const;
  for (const [one, other] of pairs) {
    if (plainOf(map, one) === true && plainOf(map, other) === true) {
      report(spot, port.at, 'CONFLICT', `${one} and ${other} cannot be used together`);
    }
  }
}

function checkStackAndCoprocessor(port: PortFacts): void {
  const { spot, map } = port;
  const coprocessor = checkSubMap(spot, map, 'coprocessor', coprocessorTable);
  if (coprocessor !== undefined && plainOf(coprocessor, 'strategy') !== 'vlan_vid') {
    const message = 'the strategy must be "vlan_vid", the only one there is';
    report(below(spot, 'coprocessor'), coprocessor, 'BAD_VALUE', message);
  }
  const base = coprocessor === undefined ? undefined : asInt(plainOf(coprocessor, 'vlan_vid_base'));
  if (coprocessor !== undefined && (base ?? 1000n) + (port.number ?? 0n) > 4095n) {
    const message = `VLAN ${(base ?? 1000n) + (port.number ?? 0n)} does not exist: Faucet wraps it around 4096`;
    report(below(spot, 'coprocessor'), coprocessor, 'COPROCESSOR', message, 'wrong');
  }
  const stack = checkSubMap(spot, map, 'stack', portStackTable);
  for (const key of stack === undefined ? [] : ['dp', 'port']) {
    if (stack === undefined || hasKey(stack, key)) continue;
    report(below(spot, 'stack'), stack, 'MISSING_KEY', `${key} must be given`);
  }
}

function checkLldp(port: PortFacts): void {
  const { spot, map } = port;
  const mac = entryOf(map, 'lldp_peer_mac');
  const value = plainOf(map, 'lldp_peer_mac');
  if (mac !== undefined && typeof value === 'string' && value !== '' && !isMac(value)) {
    report(below(spot, 'lldp_peer_mac'), mac.value, 'BAD_VALUE', `${value} is not a MAC address`);
  }
  const lldp = checkSubMap(spot, map, 'lldp_beacon', portLldpTable);
  if (lldp === undefined || plainOf(lldp, 'enable') !== true) return;
  const tlvs = below(spot, 'lldp_beacon', 'org_tlvs');
  const entry = entryOf(lldp, 'org_tlvs');
  if (entry !== undefined && isNull(entry.value)) {
    report(tlvs, entry.value, 'WRONG_TYPE', 'null crashes a running Faucet; leave it out', 'kills');
  }
  for (const [i, item] of (listOf(lldp, 'org_tlvs')?.items ?? []).entries()) {
    checkOrgTlv({ ...port, spot: below(tlvs, String(i)) }, item);
  }
}

function checkOrgTlv(port: PortFacts, item: Parameters<typeof resolve>[0]): void {
  const { spot } = port;
  const tlv = resolve(item);
  if (tlv.kind !== 'map') {
    report(spot, item, 'WRONG_TYPE', `${showNode(item)} must be a map`);
    return;
  }
  if (!checkKeys(spot, tlv, orgTlvTable)) return;
  for (const key of ['oui', 'subtype', 'info']) {
    const entry = entryOf(tlv, key);
    if (entry === undefined) report(spot, item, 'MISSING_KEY', `${key} must be given`);
    else if (key !== 'subtype' && isNull(entry.value)) {
      report(below(spot, key), entry.value, 'WRONG_TYPE', 'null crashes a running Faucet', 'kills');
    }
  }
  const oui = asInt(plainOf(tlv, 'oui'));
  if (oui !== undefined && (oui < 0n || oui > 0xffffffn)) {
    report(below(spot, 'oui'), item, 'BAD_VALUE', 'it must be from 0 to 0xffffff', 'kills');
  }
}

function checkRanges(port: PortFacts): void {
  const { spot, map } = port;
  const bounds = [
    ['lacp_resp_interval', 1n, 65535n],
    ['lacp_port_priority', 0n, 255n],
  ] as const;
  for (const [key, low, high] of bounds) {
    const value = asInt(plainOf(map, key));
    const entry = entryOf(map, key);
    if (value === undefined || entry === undefined || (value >= low && value <= high)) continue;
    report(below(spot, key), entry.value, 'BAD_VALUE', `it must be from ${low} to ${high}`);
  }
  if (plainOf(map, 'dot1x') !== true) return;
  const conflicts = [
    ['dot1x_mab', 'dot1x_dyn_acl'],
    ['dot1x_dyn_acl', 'dot1x_acl'],
  ] as const;
  for (const [one, other] of conflicts) {
    if (plainOf(map, one) !== true || plainOf(map, other) !== true) continue;
    report(spot, port.at, 'CONFLICT', `${one} and ${other} cannot be used together`);
  }
  if ((port.number ?? 0n) > 65535n) {
    report(below(spot, 'dot1x'), port.at, 'BAD_VALUE', '802.1x needs a port number up to 65535');
  }
  if (!isFalsy(entryOf(map, 'acls_in')?.value) || !isFalsy(entryOf(map, 'acl_in')?.value)) {
    report(
      below(spot, 'dot1x'),
      port.at,
      'CONFLICT',
      '802.1x and port ACLs cannot be used together',
    );
  }
}
