import { entryOf, type MapNode, plainOf, resolve } from '../yaml/node.ts';
import { keyId } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';
import type { AclUse } from './acl-uses.ts';
import { checkOutputValues, outputsOf } from './check-actions.ts';
import { showNode } from './check-keys.ts';
import { below, isFalsy, report, type Spot } from './check-log.ts';
import {
  type AclFacts,
  asInt,
  type DpFacts,
  findPort,
  isNull,
  type NetworkFacts,
  stackOf,
} from './network-facts.ts';

interface Tunnel {
  readonly spot: Spot;
  readonly map: MapNode;
}

/** Returns the tunnels of an ACL. */
export function tunnelsOf(acl: AclFacts): Tunnel[] {
  return acl.rules.flatMap(outputsOf).flatMap(({ spot, map }) => {
    const entry = entryOf(map, 'tunnel');
    const tunnel = entry === undefined ? undefined : resolve(entry.value);
    return tunnel?.kind === 'map' ? [{ spot: below(spot, 'tunnel'), map: tunnel }] : [];
  });
}

/**
 * Checks tunnels on every datapath, whether their ACL is used or not: one stale tunnel makes Faucet refuse the whole
 * file.
 */
export function checkTunnels(network: NetworkFacts, uses: readonly AclUse[]): void {
  for (const acl of network.acls.values()) {
    const tunnels = tunnelsOf(acl);
    if (tunnels.length === 0) continue;
    const mine = uses.filter((use) => use.acl === acl);
    for (const use of mine) {
      if (use.place !== 'vlan-in' && use.place !== 'vlan-out') continue;
      report(
        use.spot,
        use.at,
        'TUNNEL',
        `${keyText(acl.key)} has a tunnel, and tunnels do not work on VLANs`,
      );
    }
    if (mine.length === 0) {
      const message =
        'nothing uses this tunnel; Faucet crashes once when something starts to, so define and use it in one edit';
      report(acl.spot, acl.at, 'TUNNEL_UNUSED', message, 'wrong');
    }
    for (const tunnel of tunnels) checkTunnel(network, tunnel, mine);
  }
}

const KNOWN = new Set([
  'type',
  'tunnel_id',
  'dp',
  'port',
  'exit_instructions',
  'maintain_encapsulation',
  'bi_directional',
  'reverse',
]);

function checkTunnel(network: NetworkFacts, tunnel: Tunnel, uses: readonly AclUse[]): void {
  const { spot, map } = tunnel;
  checkKeys(tunnel);
  checkExit(tunnel);
  const entry = entryOf(map, 'dp');
  if (entry === undefined) {
    report(spot, map, 'MISSING_KEY', 'dp is required');
    return;
  }
  const name = plainOf(map, 'dp');
  const dp = typeof name === 'string' ? network.dpByName.get(name) : undefined;
  if (dp !== undefined) checkDestination(tunnel, dp, uses);
  else if (resolve(entry.value).kind !== 'scalar') {
    const message = `${showNode(entry.value)} is not a name; this crashes a running Faucet`;
    report(below(spot, 'dp'), entry.value, 'WRONG_TYPE', message, 'kills');
  } else if (network.complete) {
    const message = `there is no datapath ${showNode(entry.value)}; Faucet refuses the file even if nothing uses the ACL`;
    report(below(spot, 'dp'), entry.value, 'UNKNOWN_DP', message);
  }
  checkTunnelId(network, tunnel);
}

function checkKeys({ spot, map }: Tunnel): void {
  for (const entry of map.entries) {
    const key = keyText(entry.key.value);
    if (KNOWN.has(key)) continue;
    report(below(spot, key), entry.key, 'TUNNEL', 'Faucet silently ignores this key', 'wrong');
  }
  const type = entryOf(map, 'type');
  if (type !== undefined && plainOf(map, 'type') !== 'vlan') {
    const message = `${showNode(type.value)} means vlan to Faucet, the only type there is`;
    report(below(spot, 'type'), type.value, 'TUNNEL', message, 'wrong');
  }
  const on = (key: string): boolean => !isFalsy(entryOf(map, key)?.value);
  if (on('bi_directional') && on('reverse')) {
    report(spot, map, 'CONFLICT', 'bi_directional and reverse cannot be used together');
  }
}

/** Faucet looks for these words in a string as it would in a map, and crashes if it finds one. */
const nestedWords = /pop_vlans|vlan_vid|swap_vid|set_fields|port|failover|goto/;

function checkExit({ spot, map }: Tunnel): void {
  const entry = entryOf(map, 'exit_instructions');
  const exit = entry === undefined ? undefined : resolve(entry.value);
  if (entry === undefined || exit === undefined) return;
  const at = below(spot, 'exit_instructions');
  if (exit.kind === 'scalar') {
    if (typeof exit.value !== 'string' || nestedWords.test(exit.value))
      report(at, entry.value, 'TUNNEL', 'it must be a list; this crashes Faucet', 'kills');
    return;
  }
  const items = exit.kind === 'list' ? exit.items : [exit];
  for (const item of items) {
    const inner = resolve(item);
    if (inner.kind === 'map') checkOutputValues(at, inner, 'refused');
    else
      report(at, item, 'TUNNEL', `${showNode(item)} must be a map; this crashes Faucet`, 'kills');
  }
}

function checkDestination(tunnel: Tunnel, dp: DpFacts, uses: readonly AclUse[]): void {
  const { spot, map } = tunnel;
  const entry = entryOf(map, 'port');
  if (entry !== undefined && !isFalsy(entry.value)) {
    const port = findPort(dp, plainOf(map, 'port'));
    const at = below(spot, 'port');
    const stack = entryOf(port?.map, 'stack');
    if (port === undefined) {
      const message = `there is no port ${showNode(entry.value)} on ${dp.name}; Faucet refuses the file even if nothing uses the ACL`;
      report(at, entry.value, 'UNKNOWN_PORT', message);
    } else if (stack !== undefined && isNull(stack.value)) {
      const message = `port ${port.name} of ${dp.name} has stack: null, which Faucet takes for a stack port here; leave the key out`;
      report(at, entry.value, 'TUNNEL', message);
    } else if (stackOf(port) !== undefined) {
      const message = `port ${port.name} of ${dp.name} is a stack port; what comes out of a tunnel is lost there`;
      report(at, entry.value, 'TUNNEL', message, 'wrong');
    }
  }
  for (const use of uses) {
    if (use.place !== 'port' && use.place !== 'dp') continue;
    if (use.dp.ports.some((port) => stackOf(port) !== undefined)) continue;
    const message = `${use.dp.name} has no stack link to ${dp.name}; the rule becomes a silent drop`;
    report(spot, map, 'TUNNEL', message, 'wrong');
  }
}

function checkTunnelId(network: NetworkFacts, { spot, map }: Tunnel): void {
  const entry = entryOf(map, 'tunnel_id');
  if (entry === undefined || isFalsy(entry.value)) {
    if (network.vlans.some((vlan) => !vlan.reserved)) return;
    const message = 'without a VLAN to count from Faucet crashes; give tunnel_id';
    report(spot, map, 'TUNNEL', message, 'kills');
    return;
  }
  const id = plainOf(map, 'tunnel_id');
  const at = below(spot, 'tunnel_id');
  const number = asInt(id);
  const vlan = network.vlans.find((one) =>
    number === undefined ? one.name === id : keyId(one.vid) === keyId(number),
  );
  if (vlan !== undefined && !vlan.reserved) {
    const where =
      vlan.listed === undefined
        ? 'carries ports'
        : 'is listed in vlans without reserved_internal_vlan: true';
    report(at, entry.value, 'TUNNEL', `VLAN ${vlan.vid} ${where}; a tunnel needs one of its own`);
  } else if (vlan === undefined && number === undefined) {
    report(at, entry.value, 'UNKNOWN_VLAN', `there is no VLAN ${showNode(entry.value)}`);
  } else if (vlan === undefined && number !== undefined && (number < 1n || number > 4095n)) {
    report(at, entry.value, 'BAD_VALUE', 'the VLAN id must be from 1 to 4095');
  }
}
