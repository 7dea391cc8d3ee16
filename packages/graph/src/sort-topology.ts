import type { Topology, TopologyBridge, TopologyPort } from './types.ts';

const kindOrder = ['physical', 'external', 'coprocessor', 'container'] as const;

/** Sorts bridges by name, and ports by kind, port number and name, so that equal topologies give equal pictures. */
export function sortTopology(topology: Topology): Topology {
  const bridges = topology.bridges
    .map((bridge) => ({ ...bridge, ports: [...bridge.ports].sort(comparePorts) }))
    .sort(compareBridges);
  return { ...topology, bridges };
}

function compareBridges(a: TopologyBridge, b: TopologyBridge): number {
  return compareText(a.network ?? a.name, b.network ?? b.name) || compareText(a.name, b.name);
}

function comparePorts(a: TopologyPort, b: TopologyPort): number {
  return (
    rankOf(a) - rankOf(b) ||
    (a.ofPort ?? Number.MAX_SAFE_INTEGER) - (b.ofPort ?? Number.MAX_SAFE_INTEGER) ||
    compareText(a.name, b.name)
  );
}

function rankOf(port: TopologyPort): number {
  return kindOrder.indexOf(port.kind ?? 'container');
}

/** Compares by code unit, so that the order does not depend on the machine's locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
