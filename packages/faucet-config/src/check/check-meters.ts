import { holds, parseAddress, parseInterface } from '../model/addresses.ts';
import { bgpTable, meterTable, routerTable } from '../model/key-tables.ts';
import {
  entryOf,
  hasKey,
  listOf,
  type MapNode,
  mapOf,
  type Node,
  plainOf,
  resolve,
} from '../yaml/node.ts';
import { keyId, showPlain } from '../yaml/scalar.ts';
import { checkKeys, showNode } from './check-keys.ts';
import { below, isFalsy, report, type Spot } from './check-log.ts';
import { asInt, type NetworkFacts, plainList } from './network-facts.ts';

/** Reports what Faucet crashes on in a meter: `Meter.__init__` of faucet 1.10.12. */
export function checkMeter(spot: Spot, at: Node, node: Node): void {
  const meter = resolve(node);
  if (meter.kind !== 'map') {
    report(
      spot,
      at,
      'METER',
      `${showNode(node)} must be a map; this crashes a running Faucet`,
      'kills',
    );
    return;
  }
  if (!checkKeys(spot, meter, meterTable)) return;
  const id = asInt(plainOf(meter, 'meter_id'));
  if (id === undefined) {
    report(spot, at, 'METER', 'without meter_id a running Faucet crashes', 'kills');
  } else if (id < 0n || id > 4294901760n) {
    report(below(spot, 'meter_id'), meter, 'BAD_VALUE', 'it must be from 0 to 4294901760');
  }
  const entry = mapOf(meter, 'entry');
  if (entry === undefined || entry.entries.length === 0) {
    report(spot, at, 'METER', 'without entry a running Faucet crashes', 'kills');
    return;
  }
  for (const key of ['flags', 'bands']) {
    if (!isFalsy(entryOf(entry, key)?.value)) continue;
    report(
      below(spot, 'entry'),
      entry,
      'METER',
      `without ${key} a running Faucet crashes`,
      'kills',
    );
  }
  checkEntry(below(spot, 'entry'), entry);
}

const FLAGS = ['KBPS', 'PKTPS', 'BURST', 'STATS'];

function checkEntry(spot: Spot, entry: MapNode): void {
  const flags = listOf(entry, 'flags')?.items ?? [entryOf(entry, 'flags')?.value];
  for (const flag of flags) {
    if (flag === undefined) continue;
    const at = resolve(flag);
    if (at.kind !== 'scalar') {
      const message = `${showNode(flag)} is not a flag; this crashes a running Faucet`;
      report(below(spot, 'flags'), flag, 'METER', message, 'kills');
      continue;
    }
    if (FLAGS.includes(String(at.value))) continue;
    const message = `Faucet takes ${showNode(flag)} but the switch will not; flags are ${FLAGS.join(', ')}`;
    report(below(spot, 'flags'), flag, 'METER', message, 'wrong');
  }
  const bands = entryOf(entry, 'bands');
  const list = bands === undefined ? undefined : resolve(bands.value);
  if (bands === undefined || isFalsy(bands.value)) return;
  if (list?.kind !== 'list') {
    report(
      below(spot, 'bands'),
      bands.value,
      'METER',
      'it must be a list; this crashes Faucet',
      'kills',
    );
    return;
  }
  for (const [i, item] of list.items.entries()) checkBand(below(spot, 'bands', String(i)), item);
}

function checkBand(spot: Spot, item: Node): void {
  const band = resolve(item);
  if (band.kind !== 'map') {
    report(spot, item, 'METER', `${showNode(item)} must be a map; this crashes Faucet`, 'kills');
    return;
  }
  for (const key of ['rate', 'burst_size', 'prec_level']) {
    const entry = entryOf(band, key);
    if (entry === undefined) continue;
    if (key === 'prec_level' && plainOf(band, 'type') !== 'DSCP_REMARK') continue;
    const value = plainOf(band, key);
    const isNumber =
      typeof value === 'bigint' ||
      (typeof value === 'string' && /^(?:0x[0-9a-f]+|0|[1-9][0-9]*)$/i.test(value));
    if (isNumber) continue;
    report(
      below(spot, key),
      entry.value,
      'METER',
      `${showNode(entry.value)} is not a number; this crashes Faucet`,
      'kills',
    );
  }
  const type = plainOf(band, 'type');
  if (type !== 'DROP' && type !== 'DSCP_REMARK') {
    report(
      spot,
      item,
      'METER',
      'type must be DROP or DSCP_REMARK; the switch refuses the meter',
      'wrong',
    );
  } else if (asInt(plainOf(band, 'rate')) === undefined && !hasKey(band, 'rate')) {
    report(spot, item, 'METER', 'without a rate the switch refuses the meter', 'wrong');
  }
}

/** Checks a router and whether it is used: `Router.check_config` of faucet 1.10.12. */
export function checkRouter(network: NetworkFacts, spot: Spot, at: Node, node: Node): void {
  const router = resolve(node);
  if (router.kind !== 'map') {
    report(spot, at, 'WRONG_TYPE', `${showNode(node)} must be a map`);
    return;
  }
  if (!checkKeys(spot, router, routerTable)) return;
  const bgp = mapOf(router, 'bgp');
  const hasBgp = bgp !== undefined && bgp.entries.length > 0;
  if (hasBgp) {
    checkBgp(below(spot, 'bgp'), bgp, router);
    checkAlone(network, below(spot, 'bgp'), at);
  }
  if (!hasBgp && isFalsy(entryOf(router, 'vlans')?.value)) {
    report(spot, at, 'MISSING_KEY', 'a router must have vlans');
  }
  const items = listOf(router, 'vlans')?.items ?? [];
  for (const item of items) {
    const value = resolve(item);
    const kind = value.kind === 'scalar' ? typeof value.value : 'none';
    if (kind === 'none') {
      const message = `${showNode(item)} is not a VLAN; this crashes a running Faucet`;
      report(below(spot, 'vlans'), item, 'WRONG_TYPE', message, 'kills');
    } else if (!['string', 'bigint', 'boolean'].includes(kind)) {
      report(below(spot, 'vlans'), item, 'WRONG_TYPE', `${showNode(item)} is not a VLAN`);
    }
  }
  const vlans = routedVlans(network, router);
  if (vlans.length === 0 && !hasBgp && items.length > 0 && network.complete) {
    report(spot, at, 'UNUSED_ROUTER', 'none of its VLANs is on a datapath');
  }
  checkOverlap(spot, at, vlans);
}

/** Faucet reads a router once per datapath, and cannot read the lists of `bgp` a second time (faucet 1.10.12). */
function checkAlone({ dps }: NetworkFacts, spot: Spot, at: Node): void {
  if (dps.length < 2) return;
  const message = `Faucet takes a router with bgp beside one datapath only, and there are ${dps.length}`;
  report(spot, at, 'CONFLICT', message);
}

type Vlan = NetworkFacts['vlans'][number];

function routedVlans(network: NetworkFacts, router: MapNode): Vlan[] {
  return plainList(router, 'vlans').flatMap(({ value }) => {
    const number = asInt(value);
    const found = network.vlans.find((vlan) =>
      number === undefined ? vlan.name === value : keyId(vlan.vid) === keyId(number),
    );
    return found === undefined ? [] : [found];
  });
}

function checkOverlap(spot: Spot, at: Node, vlans: readonly Vlan[]): void {
  const vips = vlans.flatMap((vlan) =>
    plainList(vlan.listed?.map, 'faucet_vips').flatMap(({ value }) => {
      const vip = typeof value === 'string' ? parseInterface(value) : undefined;
      return vip === undefined || /^fe[89ab]|^169\.254\./i.test(String(value))
        ? []
        : [{ value, vip }];
    }),
  );
  for (const one of vips) {
    for (const other of vips) {
      if (one === other || one.value === other.value || !holds(other.vip, one.vip)) continue;
      const message = `VIPs ${showPlain(one.value)} and ${showPlain(other.value)} overlap`;
      report(spot, at, 'CONFLICT', message);
    }
  }
}

function checkBgp(spot: Spot, bgp: MapNode, router: MapNode): void {
  if (!checkKeys(spot, bgp, bgpTable)) return;
  for (const key of [
    'server_addresses',
    'as',
    'port',
    'routerid',
    'neighbor_addresses',
    'neighbor_as',
  ]) {
    if (!isFalsy(entryOf(bgp, key)?.value)) continue;
    report(spot, bgp, 'MISSING_KEY', `${key} must be given`);
  }
  const mode = plainOf(bgp, 'connect_mode');
  if (typeof mode === 'string' && mode !== '' && mode !== 'passive') {
    report(below(spot, 'connect_mode'), bgp, 'BAD_VALUE', 'it must be "passive"');
  }
  for (const key of ['server_addresses', 'neighbor_addresses']) {
    const bits = plainList(bgp, key).map(({ value, at }) => {
      const address = typeof value === 'string' ? parseAddress(value) : undefined;
      if (address === undefined)
        report(below(spot, key), at, 'BAD_VALUE', `${showPlain(value)} is not an address`);
      return address?.bits;
    });
    if (key !== 'server_addresses' || new Set(bits).size === bits.length) continue;
    report(below(spot, key), bgp, 'CONFLICT', 'only one address of each family is taken');
  }
  if (isFalsy(entryOf(bgp, 'vlan')?.value) && plainList(router, 'vlans').length !== 1) {
    report(spot, bgp, 'MISSING_KEY', 'with more than one VLAN, or none, vlan must be given');
  }
}
