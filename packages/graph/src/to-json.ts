import { sortTopology } from './sort-topology.ts';
import type { Topology } from './types.ts';

/** Prints a topology as JSON that is the same, byte for byte, for the same network: sorted lists, sorted keys. Pure. */
export function toJson(topology: Topology): string {
  return `${JSON.stringify(sortKeys(sortTopology(topology)), null, 2)}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
