import { type EntryNode, type MapNode, plainOf, resolve } from './node.ts';
import { keyId, type Plain } from './scalar.ts';
import { keyText } from './value.ts';

/** One interface with the defaults of its range in it. */
export interface WrittenInterface {
  /** Key under `interfaces`, or the number when it is from a range alone. */
  readonly key: Plain;
  readonly entries: readonly EntryNode[];
  /** The entry under `interfaces`, or that of the range. */
  readonly origin: EntryNode;
  /** Key of the range that covers it; undefined when none does. */
  readonly range: string | undefined;
}

/** What a key of `interface_ranges` means to Faucet, or why it refuses it. */
export function parsePortRange(key: string): { ports: number[] } | { error: string } {
  const ports = new Set<number>();
  let rest = key;
  for (const [range] of key.matchAll(/\d+-\d+/g)) {
    const [first = 0, last = 0] = range.split('-').map(Number);
    if (first >= last) return { error: `${range} does not ascend` };
    if (last - first > 65535) return { error: `${range} names too many ports` };
    for (let port = first; port <= last; port++) ports.add(port);
    rest = rest.replaceAll(range, '');
  }
  for (const [port] of rest.matchAll(/\d+/g)) ports.add(Number(port));
  return ports.size === 0 ? { error: 'it names no port' } : { ports: [...ports] };
}

/**
 * The interfaces of a datapath as Faucet puts them together: ranges give defaults key by key to ports that are written,
 * and make those that are not. Of two with one number the later stays.
 */
export function expandInterfaces(
  interfaces: MapNode | undefined,
  ranges: MapNode | undefined,
): WrittenInterface[] {
  const found = new Map<string, WrittenInterface>();
  for (const entry of interfaces?.entries ?? []) {
    const value = resolve(entry.value);
    const map = value.kind === 'map' ? value : undefined;
    const number = plainOf(map, 'number') ?? entry.key.value;
    const id = keyId(number);
    found.set(id, {
      key: entry.key.value,
      entries: map?.entries ?? [],
      origin: entry,
      range: undefined,
    });
  }
  for (const range of ranges?.entries ?? []) {
    const value = resolve(range.value);
    const key = keyText(range.key.value);
    const parsed = parsePortRange(key);
    if (value.kind !== 'map' || 'error' in parsed) continue;
    const defaults = value.entries.filter((entry) => entry.key.value !== 'number');
    for (const port of parsed.ports) {
      const id = keyId(BigInt(port));
      const own = found.get(id);
      if (own === undefined) {
        found.set(id, { key: BigInt(port), entries: defaults, origin: range, range: key });
        continue;
      }
      const has = new Set(own.entries.map((entry) => keyId(entry.key.value)));
      const missing = defaults.filter((entry) => !has.has(keyId(entry.key.value)));
      found.set(id, { ...own, entries: [...own.entries, ...missing], range: key });
    }
  }
  return [...found.values()];
}
