import { type MapNode, resolve } from '../yaml/node.ts';
import { keyId, type Plain } from '../yaml/scalar.ts';
import { type DraftMap, look, valueAt } from './draft.ts';

/**
 * Returns the key of the interface with this port number. If there are two, the later, which is the one that Faucet
 * uses.
 */
export function keyOfPort(interfaces: DraftMap, port: number): Plain | undefined {
  const isIt = (key: Plain): boolean =>
    (fieldOf(interfaces, key, 'number') ?? key) === BigInt(port);
  const candidates: Plain[] = [BigInt(port), ...numberedKeys(interfaces.node)];
  for (const { key, to } of interfaces.changes.values()) {
    if (to?.kind !== 'draft-map') continue;
    if (typeof key !== 'bigint' || to.changes.has(numberId)) candidates.push(key);
  }
  const place = placesIn(interfaces.node);
  return candidates
    .filter((key) => look(interfaces, key) !== undefined && isIt(key))
    .reduce<Plain | undefined>(
      (last, key) => (last !== undefined && place(key) < place(last) ? last : key),
      undefined,
    );
}

/** Returns the positions of keys in the file. New keys come last. */
function placesIn(node: MapNode | undefined): (key: Plain) => number {
  return (key) => {
    const entry = node?.index.get(keyId(key));
    return entry?.key.start ?? Number.POSITIVE_INFINITY;
  };
}

const numberId = keyId('number');

const numberedKeysOf = new WeakMap<MapNode, readonly Plain[]>();

/** Returns the interfaces of the file that have a `number`. Computed once, for files with thousands of interfaces. */
function numberedKeys(node: MapNode | undefined): readonly Plain[] {
  if (node === undefined) return [];
  const known = numberedKeysOf.get(node);
  if (known !== undefined) return known;
  const found = node.entries
    .filter((entry) => {
      const value = resolve(entry.value);
      return value.kind === 'map' && value.index.has(keyId('number'));
    })
    .map((entry) => entry.key.value);
  numberedKeysOf.set(node, found);
  return found;
}

/** Returns the name under which mirror lists and stack links may refer to an interface. */
export function nameOfPort(interfaces: DraftMap, key: Plain): string {
  const name = fieldOf(interfaces, key, 'name');
  return typeof name === 'string' ? name : String(key);
}

/** Returns a scalar of an interface without creating a draft of it. */
export function fieldOf(interfaces: DraftMap, key: Plain, field: string): Plain | undefined {
  const found = look(interfaces, key);
  if (found === undefined) return undefined;
  if (found.kind === 'draft-map') {
    const value = valueAt(found, field);
    return typeof value === 'object' ? undefined : value;
  }
  if (found.kind === 'new' || found.kind === 'draft-list') return undefined;
  const at = resolve(found);
  const inner = at.kind === 'map' ? at.index.get(keyId(field))?.value : undefined;
  const scalar = inner === undefined ? undefined : resolve(inner);
  return scalar?.kind === 'scalar' && scalar.value !== null ? scalar.value : undefined;
}
