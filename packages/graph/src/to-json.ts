import { checkTopology } from './parse-topology.ts';
import { sortTopology } from './sort-topology.ts';
import type { Topology } from './types.ts';

/**
 * Returns a topology as JSON with sorted lists and sorted keys. The same network always gives the same bytes. Pure.
 *
 * @throws GraphError `INVALID_TOPOLOGY`.
 */
export function toJson(topology: Topology): string {
  return `${JSON.stringify(sortKeys(sortTopology(checkTopology(topology))), null, 2)}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
