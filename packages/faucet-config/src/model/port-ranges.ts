import { type EntryNode, type MapNode, plainOf, resolve } from '../yaml/node.ts';
import { keyId, type Plain } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';

/** OFPP_IN_PORT and OFPP_LOCAL, the two reserved port numbers that Faucet accepts (OpenFlow 1.3.5, 7.2.1). */
const RESERVED_PORTS = new Set([0xfffffff8, 0xfffffffe]);

/** Returns whether Faucet accepts this number as a port number. */
export function isPortNumber(port: number): boolean {
  return Number.isInteger(port) && port > 0 && (port <= 0xf0000000 || RESERVED_PORTS.has(port));
}

/** An interface that includes the defaults of its range. */
export interface WrittenInterface {
  /** Key under `interfaces`, or the number if only a range defines it. */
  readonly key: Plain;
  readonly entries: readonly EntryNode[];
  /** The entry under `interfaces`, or the entry of the range. */
  readonly origin: EntryNode;
  /** Key of the range that covers it. Undefined if there is none. */
  readonly range: string | undefined;
}

/** Parses a key of `interface_ranges` as Faucet does, or returns why Faucet refuses it. */
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
 * Returns the interfaces of a datapath as Faucet builds them. Ranges give defaults, key by key, to ports that are
 * written, and create those that are not. If two have the same number, the later is kept.
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
