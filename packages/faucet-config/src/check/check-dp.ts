import { isMac } from '../model/addresses.ts';
import {
  dot1xTable,
  dpLldpTable,
  dpStackTable,
  dpTable,
  hardwareNames,
  tableSizesTable,
} from '../model/key-tables.ts';
import { parsePortRange } from '../model/port-ranges.ts';
import { entryOf, hasKey, mapOf, plainOf, resolve } from '../yaml/node.ts';
import { keyId, showPlain } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';
import { checkInterface } from './check-interface.ts';
import { checkKeys, checkSubMap, showNode } from './check-keys.ts';
import { below, isFalsy, report } from './check-log.ts';
import { asInt, type DpFacts, isNull, type NetworkFacts } from './network-facts.ts';

/** Checks a datapath and its interfaces on their own: `DP.check_config` of faucet 1.10.12. */
export function checkDp(dp: DpFacts): void {
  checkKeys(dp.spot, dp.map, dpTable);
  checkIdentity(dp);
  checkTimers(dp);
  checkSubMaps(dp);
  checkSections(dp);
  for (const port of dp.ports) checkInterface(port);
  checkDuplicatePorts(dp);
}

function checkIdentity(dp: DpFacts): void {
  const { spot, map, at } = dp;
  const entry = entryOf(map, 'dp_id');
  const id = asInt(plainOf(map, 'dp_id'));
  if (entry === undefined || isNull(entry.value)) {
    report(spot, at, 'MISSING_KEY', 'dp_id is required');
  } else if (id !== undefined && (id < 0n || id >= 2n ** 64n)) {
    report(below(spot, 'dp_id'), entry.value, 'BAD_VALUE', 'it must be from 0 to 2^64 - 1');
  }
  const name = plainOf(map, 'name');
  if (typeof name === 'string' && name !== dp.name) {
    report(below(spot, 'name'), at, 'BAD_KEY', `it must be the key, ${dp.name}`);
  }
  const hardware = plainOf(map, 'hardware');
  if (typeof hardware === 'string' && !hardwareNames.includes(hardware)) {
    const message = `${showPlain(hardware)} is not one of ${hardwareNames.join(', ')}`;
    report(below(spot, 'hardware'), entryOf(map, 'hardware')?.value ?? at, 'BAD_VALUE', message);
  }
  const mac = plainOf(map, 'faucet_dp_mac');
  if (typeof mac === 'string' && !isMac(mac)) {
    report(below(spot, 'faucet_dp_mac'), at, 'BAD_VALUE', `${showPlain(mac)} is not a MAC address`);
  }
  if (plainOf(map, 'combinatorial_port_flood') === true && plainOf(map, 'group_table') === true) {
    report(
      spot,
      at,
      'CONFLICT',
      'combinatorial_port_flood and group_table cannot be used together',
    );
  }
}

function checkTimers(dp: DpFacts): void {
  const { spot, map, at } = dp;
  const number = (key: string, otherwise: bigint): bigint => asInt(plainOf(map, key)) ?? otherwise;
  const timeout = number('timeout', 300n);
  if (timeout < 15n || timeout > 65535n) {
    report(below(spot, 'timeout'), at, 'BAD_VALUE', 'it must be from 15 to 65535 seconds');
  }
  for (const key of ['arp_neighbor_timeout', 'nd_neighbor_timeout']) {
    if (number(key, 30n) * 2n < timeout) continue;
    const message = `timeout (${timeout}) must be more than twice ${key} (${number(key, 30n)})`;
    report(below(spot, 'timeout'), at, 'BAD_VALUE', message);
  }
  if (number('min_wildcard_table_size', 32n) === 0n) {
    report(below(spot, 'min_wildcard_table_size'), at, 'BAD_VALUE', '0 crashes Faucet', 'kills');
  }
}

function checkSubMaps(dp: DpFacts): void {
  const { spot, map } = dp;
  checkSubMap(spot, map, 'stack', dpStackTable);
  checkSubMap(spot, map, 'table_sizes', tableSizesTable);
  const dot1x = checkSubMap(spot, map, 'dot1x', dot1xTable);
  if (
    dot1x !== undefined &&
    !hasKey(dot1x, 'nfv_sw_port') &&
    isFalsy(entryOf(map, 'dp_acls')?.value)
  ) {
    report(
      below(spot, 'dot1x'),
      dot1x,
      'MISSING_KEY',
      'without nfv_sw_port Faucet crashes',
      'kills',
    );
  }
  if (dot1x !== undefined && !isFalsy(entryOf(map, 'dp_acls')?.value)) {
    report(below(spot, 'dot1x'), dot1x, 'CONFLICT', 'dot1x and dp_acls cannot be used together');
  }
  const lldp = checkSubMap(spot, map, 'lldp_beacon', dpLldpTable);
  const interval = entryOf(lldp, 'send_interval');
  if (interval === undefined) return;
  if (isNull(interval.value)) {
    const message = 'null crashes a running Faucet; leave it out';
    report(
      below(spot, 'lldp_beacon', 'send_interval'),
      interval.value,
      'WRONG_TYPE',
      message,
      'kills',
    );
  } else if ((asInt(plainOf(lldp, 'send_interval')) ?? 1n) < 1n) {
    report(
      below(spot, 'lldp_beacon', 'send_interval'),
      interval.value,
      'BAD_VALUE',
      'it must be 1 or more',
    );
  }
}

function checkSections(dp: DpFacts): void {
  const { spot, map, at } = dp;
  for (const section of ['interfaces', 'interface_ranges']) {
    const entry = entryOf(map, section);
    if (entry === undefined) continue;
    const value = resolve(entry.value);
    if (value.kind !== 'map') {
      const message = `${showNode(value)} must be a map; leave ${section} out when there are none`;
      report(below(spot, section), entry.key, 'WRONG_TYPE', message);
      continue;
    }
    for (const inner of value.entries) {
      if (resolve(inner.value).kind === 'map') continue;
      const message = `${showNode(inner.value)} must be a map`;
      report(below(spot, section, keyText(inner.key.value)), inner.key, 'WRONG_TYPE', message);
    }
  }
  const isEmpty = (section: string): boolean => isFalsy(entryOf(map, section)?.value);
  if (isEmpty('interfaces') && isEmpty('interface_ranges')) {
    report(spot, at, 'NO_INTERFACES', 'a datapath must have at least one interface');
  }
  checkRanges(dp);
}

function checkRanges(dp: DpFacts): void {
  const taken = new Set<number>();
  for (const entry of mapOf(dp.map, 'interface_ranges')?.entries ?? []) {
    const key = keyText(entry.key.value);
    const spot = below(dp.spot, 'interface_ranges', key);
    const range = parsePortRange(key);
    if ('error' in range) {
      report(spot, entry.key, 'BAD_KEY', range.error);
      continue;
    }
    if (range.ports.some((port) => taken.has(port))) {
      report(spot, entry.key, 'DUPLICATE_PORT', 'it overlaps another range');
    }
    for (const port of range.ports) taken.add(port);
  }
}

/**
 * If two keys have the same port number, Faucet keeps the later. If two ports have the same name, references mean the
 * first.
 */
function checkDuplicatePorts(dp: DpFacts): void {
  const byNumber = new Map<string, string>();
  for (const entry of mapOf(dp.map, 'interfaces')?.entries ?? []) {
    const value = resolve(entry.value);
    const number = value.kind === 'map' ? plainOf(value, 'number') : undefined;
    const id = keyId(number ?? entry.key.value);
    const key = keyText(entry.key.value);
    const first = byNumber.get(id);
    byNumber.set(id, key);
    if (first === undefined) continue;
    const message = `it has the port number of ${first}, which Faucet silently drops`;
    report(below(dp.spot, 'interfaces', key), entry.key, 'DUPLICATE_PORT', message, 'wrong');
  }
  const byName = new Map<string, string>();
  for (const port of dp.ports) {
    const first = byName.get(port.name);
    if (first === undefined) byName.set(port.name, keyText(port.key));
    else {
      const message = `it has the name of ${first}; references to ${port.name} mean ${first}`;
      report(port.spot, port.at, 'DUPLICATE_NAME', message, 'wrong');
    }
  }
}

/** Reports ids that two datapaths share, and datapaths on which nothing can happen. */
export function checkAllDps(network: NetworkFacts): void {
  const ids = new Map<bigint, string>();
  for (const dp of network.dps) {
    const id = asInt(plainOf(dp.map, 'dp_id'));
    const first = id === undefined ? undefined : ids.get(id);
    if (id !== undefined && first === undefined) ids.set(id, dp.name);
    if (first !== undefined) {
      const message = `dp_id ${id} is already used by ${first}`;
      report(
        below(dp.spot, 'dp_id'),
        entryOf(dp.map, 'dp_id')?.value ?? dp.at,
        'DUPLICATE_DPID',
        message,
      );
    }
    const hasRole = dp.ports.some((port) =>
      ['output_only', 'stack', 'coprocessor', 'native_vlan', 'tagged_vlans'].some(
        (role) => !isFalsy(entryOf(port.map, role)?.value),
      ),
    );
    if (network.vlans.length === 0 && network.complete && !hasRole && dp.ports.length > 0) {
      report(dp.spot, dp.at, 'NO_ROLES', 'none of its interfaces has a VLAN or another role');
    }
  }
}
