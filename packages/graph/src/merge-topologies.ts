import { checkTopology } from './parse-topology.ts';
import type { Topology, TopologyBridge, TopologyLink } from './types.ts';

/** A topology and its source, e.g. `10.0.0.5:9401`. */
export interface TopologyPart {
  readonly source: string;
  readonly topology: Topology;
}

/**
 * Merges the topologies of several hosts into one. If several hosts use a bridge name, it becomes `HOST/NAME`, where
 * HOST is the part's title or, without a title, its source. A link that both ends report appears once. Pure.
 *
 * @throws GraphError `INVALID_TOPOLOGY`.
 */
export function mergeTopologies(parts: readonly TopologyPart[]): Topology {
  for (const { topology } of parts) checkTopology(topology);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only.topology;
  const hosts = hostNames(parts);
  const names = parts.flatMap(({ topology }) => topology.bridges.map((bridge) => bridge.name));
  const isShared = (name: string): boolean => names.indexOf(name) !== names.lastIndexOf(name);
  const bridges: TopologyBridge[] = [];
  const links = new Map<string, TopologyLink>();
  for (const [index, { topology }] of parts.entries()) {
    const own = new Set(topology.bridges.map((bridge) => bridge.name));
    const rename = (name: string): string =>
      isShared(name) && own.has(name) ? `${hosts[index]}/${name}` : name;
    bridges.push(...topology.bridges.map((bridge) => ({ ...bridge, name: rename(bridge.name) })));
    for (const link of topology.links ?? []) {
      const from = { ...link.from, bridge: rename(link.from.bridge) };
      const to = { ...link.to, bridge: rename(link.to.bridge) };
      const key = JSON.stringify([link.kind ?? 'patch', [keyOf(from), keyOf(to)].sort()]);
      if (!links.has(key)) links.set(key, { ...link, from, to });
    }
  }
  return { title: hosts.join(', '), bridges, links: [...links.values()] };
}

/** Returns a name for each host: its title if that is unique, otherwise its source. */
function hostNames(parts: readonly TopologyPart[]): readonly string[] {
  const titles = parts.map(({ source, topology }) => topology.title ?? source);
  return new Set(titles).size === titles.length ? titles : parts.map(({ source }) => source);
}

function keyOf(end: TopologyLink['from']): string {
  return `${end.ofPort ?? ''}@${end.bridge}`;
}
