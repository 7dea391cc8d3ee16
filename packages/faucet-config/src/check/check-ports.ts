import { entryOf, type Node, plainOf, resolve } from '../yaml/node.ts';
import { keyId, type Plain, showPlain } from '../yaml/scalar.ts';
import { showNode } from './check-keys.ts';
import { below, isFalsy, report } from './check-log.ts';
import {
  asInt,
  type DpFacts,
  findPort,
  type NetworkFacts,
  type PortFacts,
} from './network-facts.ts';

/** Checks what ports refer to: VLANs and mirrored ports. */
export function checkPortReferences(network: NetworkFacts): void {
  const vlans = new Map<string, bigint>();
  // a name is found by the key of the entry, a number by the key or by its vid
  for (const vlan of network.vlans) vlans.set(keyId(vlan.vid), vlan.vid);
  for (const vlan of network.vlans) vlans.set(keyId(vlan.key), vlan.vid);
  for (const dp of network.dps) {
    for (const port of dp.ports) {
      checkPortVlans(network, vlans, port);
      checkMirror(dp, port);
    }
  }
}

function checkPortVlans(
  network: NetworkFacts,
  vlans: ReadonlyMap<string, bigint>,
  port: PortFacts,
): void {
  const native = entryOf(port.map, 'native_vlan');
  const tagged = entryOf(port.map, 'tagged_vlans');
  const resolveVlan = (key: string, node: Node): bigint | undefined => {
    const at = resolve(node);
    const value = at.kind === 'scalar' ? at.value : null;
    if (value === null && key === 'native_vlan') return undefined;
    const vid = vlans.get(keyId(value));
    if (vid === undefined || value === null) return unknownVlan(network, port, key, node, value);
    if (vid >= 1n && vid <= 4095n) return vid;
    report(below(port.spot, key), node, 'BAD_VALUE', `VLAN id ${vid} must be from 1 to 4095`);
    return undefined;
  };
  const own = native === undefined ? undefined : resolveVlan('native_vlan', native.value);
  const list = tagged === undefined ? undefined : resolve(tagged.value);
  for (const item of list?.kind === 'list' ? list.items : []) {
    const vid = resolveVlan('tagged_vlans', item);
    if (vid === undefined || vid !== own) continue;
    const message = `VLAN ${vid} is the native VLAN of the port; it cannot be tagged there too`;
    report(below(port.spot, 'tagged_vlans'), item, 'CONFLICT', message);
  }
}

function unknownVlan(
  network: NetworkFacts,
  port: PortFacts,
  key: string,
  node: Node,
  value: Plain,
): undefined {
  const spot = below(port.spot, key);
  const number = asInt(value);
  if (number !== undefined) {
    if (number >= 1n && number <= 4095n) return undefined;
    report(spot, node, 'BAD_VALUE', `VLAN id ${number} must be from 1 to 4095`);
  } else if (network.complete || typeof value !== 'string') {
    const hint =
      typeof value === 'string' && /^[0-9]+$/.test(value)
        ? `; to mean VLAN ${value} write it without quotes`
        : '; name an entry of vlans, or a number';
    report(spot, node, 'UNKNOWN_VLAN', `there is no VLAN ${showNode(node)}${hint}`);
  }
  return undefined;
}

function checkMirror(dp: DpFacts, port: PortFacts): void {
  const entry = entryOf(port.map, 'mirror');
  const value = entry === undefined ? undefined : resolve(entry.value);
  if (entry === undefined || value === undefined) return;
  const spot = below(port.spot, 'mirror');
  if (value.kind === 'map' || (value.kind === 'scalar' && value.value === null)) return;
  if (isFalsy(value)) {
    const zero = value.kind === 'scalar' && value.value !== '';
    if (zero) report(spot, entry.value, 'MIRROR', 'this value crashes a running Faucet', 'kills');
    return;
  }
  const items = value.kind === 'list' ? value.items : [entry.value];
  const seen = new Set<PortFacts>();
  for (const item of items) {
    const at = resolve(item);
    const source = findPort(dp, at.kind === 'scalar' ? at.value : undefined);
    if (source === undefined) {
      const message = `there is no port ${showNode(item)} on ${dp.name} to mirror`;
      report(spot, item, 'UNKNOWN_PORT', message);
      continue;
    }
    if (source === port) report(spot, item, 'MIRROR', 'the port mirrors itself', 'wrong');
    if (seen.has(source)) {
      const message = `${showNode(item)} is in the list twice; its frames are copied twice`;
      report(spot, item, 'MIRROR', message, 'wrong');
    }
    seen.add(source);
  }
}

/**
 * Checks the stack: links go both ways, there is one root, and nothing is isolated. `Stack.resolve_topology` of faucet
 * 1.10.12.
 */
export function checkStack(network: NetworkFacts): void {
  const links: Link[] = [];
  let broken = false;
  for (const dp of network.dps) {
    for (const port of dp.ports) {
      const stack = entryOf(port.map, 'stack');
      const map = stack === undefined ? undefined : resolve(stack.value);
      if (stack === undefined || map?.kind !== 'map' || map.entries.length === 0) continue;
      const link = resolveLink(network, dp, port, plainOf(map, 'dp'), plainOf(map, 'port'));
      if (link === undefined) broken = true;
      else links.push(link);
    }
  }
  if (links.length === 0 || broken) return;
  checkLinks(links);
  checkRoot(network, links);
}

interface Link {
  readonly dp: DpFacts;
  readonly port: PortFacts;
  readonly peer: DpFacts;
  readonly peerPort: PortFacts;
}

function resolveLink(
  network: NetworkFacts,
  dp: DpFacts,
  port: PortFacts,
  peerName: Plain | undefined,
  peerPortName: Plain | undefined,
): Link | undefined {
  if (peerName === undefined || peerPortName === undefined) return undefined;
  const spot = below(port.spot, 'stack');
  const peer = typeof peerName === 'string' ? network.dpByName.get(peerName) : undefined;
  if (peer === undefined) {
    if (network.complete) {
      report(spot, port.at, 'STACK', `there is no datapath ${showPlain(peerName)} to stack with`);
    }
    return undefined;
  }
  const peerPort = findPort(peer, peerPortName);
  if (peerPort !== undefined) return { dp, port, peer, peerPort };
  report(
    spot,
    port.at,
    'STACK',
    `${peer.name} has no port ${showPlain(peerPortName)} to stack with`,
  );
  return undefined;
}

function edgeName(link: Link): string {
  const ends = [`${link.dp.name}:${link.port.name}`, `${link.peer.name}:${link.peerPort.name}`];
  return ends.sort().join('-');
}

function checkLinks(links: readonly Link[]): void {
  const counts = new Map<string, number>();
  for (const link of links) counts.set(edgeName(link), (counts.get(edgeName(link)) ?? 0) + 1);
  for (const link of links) {
    if (counts.get(edgeName(link)) === 2) continue;
    const message = `${link.peer.name} port ${link.peerPort.name} must point back, and no other port may point to it`;
    report(below(link.port.spot, 'stack'), link.port.at, 'STACK', message);
  }
}

function checkRoot(network: NetworkFacts, links: readonly Link[]): void {
  const members = [...new Set(links.map((link) => link.dp))];
  const priorityOf = (dp: DpFacts): bigint => {
    const stack = entryOf(dp.map, 'stack');
    const map = stack === undefined ? undefined : resolve(stack.value);
    return (map?.kind === 'map' ? asInt(plainOf(map, 'priority')) : undefined) ?? 0n;
  };
  const roots = members.filter((dp) => priorityOf(dp) !== 0n);
  const [first] = members;
  if (roots.length === 0 && first !== undefined) {
    const message = 'one datapath of the stack must have stack: {priority: 1}, to be its root';
    report(first.spot, first.at, 'STACK', message);
    return;
  }
  for (const dp of roots) {
    if (priorityOf(dp) > 0n) continue;
    report(below(dp.spot, 'stack', 'priority'), dp.at, 'STACK', 'it must be more than 0');
  }
  const idOf = (dp: DpFacts): bigint => asInt(plainOf(dp.map, 'dp_id')) ?? 0n;
  const [root] = [...roots].sort((a, b) => {
    const difference = priorityOf(a) - priorityOf(b) || idOf(a) - idOf(b);
    return difference < 0n ? -1 : 1;
  });
  const reached = new Set(root === undefined ? [] : [root]);
  for (const dp of reached) {
    for (const link of links) if (link.dp === dp) reached.add(link.peer);
    for (const link of links) if (link.peer === dp) reached.add(link.dp);
  }
  for (const dp of network.dps) {
    if (!members.includes(dp) || reached.has(dp)) continue;
    report(dp.spot, dp.at, 'STACK', `no stack link leads from it to the root, ${root?.name}`);
  }
}
