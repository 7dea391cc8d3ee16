import type { KeyTable, Kind } from '../model/key-tables.ts';
import { entryOf, type MapNode, type Node, type Resolved, resolve } from '../yaml/node.ts';
import { showPlain } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';
import { below, report, type Spot } from './check-log.ts';

/** Returns whether a value is of one of these kinds. Like Python, Faucet accepts a boolean as an integer. */
export function isKind(node: Resolved, kinds: readonly Kind[]): boolean {
  if (node.kind === 'map') return kinds.includes('dict');
  if (node.kind === 'list') return kinds.includes('list');
  switch (typeof node.value) {
    case 'string':
      return kinds.includes('str');
    case 'bigint':
      return kinds.includes('int');
    case 'number':
      return kinds.includes('float');
    case 'boolean':
      return kinds.includes('bool') || kinds.includes('int');
    default:
      return false;
  }
}

const words: Readonly<Record<Kind, string>> = {
  int: 'an integer',
  str: 'a string',
  bool: 'true or false',
  float: 'a number with a decimal point',
  dict: 'a map',
  list: 'a list',
};

/** Formats a value for a message. */
export function showNode(node: Node): string {
  const at = resolve(node);
  if (at.kind === 'map') return 'a map';
  return at.kind === 'list' ? 'a list' : showPlain(at.value);
}

/**
 * Reports keys that are not in the table and values of the wrong kind. Null means the default and is accepted
 * everywhere. Returns false if it reported anything.
 */
export function checkKeys(spot: Spot, map: MapNode, table: KeyTable): boolean {
  let fine = true;
  for (const entry of map.entries) {
    const key = keyText(entry.key.value);
    const kinds = typeof entry.key.value === 'string' ? table[key] : undefined;
    if (kinds === undefined) {
      report(below(spot, key), entry.key, 'UNKNOWN_KEY', unknownKey(entry.key.value, table));
      fine = false;
      continue;
    }
    const value = resolve(entry.value);
    if (value.kind === 'scalar' && value.value === null) continue;
    if (isKind(value, kinds)) continue;
    const wanted = kinds.map((kind) => words[kind]).join(' or ');
    const hint =
      value.kind === 'scalar' && kinds.includes('str') ? '; put it in double quotes' : '';
    const message = `${showNode(value)} must be ${wanted}${hint}`;
    report(below(spot, key), entry.value, 'WRONG_TYPE', message);
    fine = false;
  }
  return fine;
}

function unknownKey(key: Parameters<typeof showPlain>[0], table: KeyTable): string {
  const known = Object.keys(table);
  const near = typeof key === 'string' ? known.find((name) => isNear(name, key)) : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `Faucet knows no key ${showPlain(key)} here and refuses the whole file${hint}`;
}

/** Returns whether the words differ by one letter, or one is the start of the other. */
function isNear(name: string, key: string): boolean {
  if (key.length > 3 && (name.startsWith(key) || key.startsWith(name))) return true;
  if (key.length < 4 || Math.abs(name.length - key.length) > 1) return false;
  let i = 0;
  while (i < key.length && name[i] === key[i]) i++;
  const rest = [name.slice(i + 1), name.slice(i)];
  return rest.includes(key.slice(i + 1)) || name.slice(i + 1) === key.slice(i);
}

/** Returns the map under a key if it is present and not empty, with its keys checked. */
export function checkSubMap(
  spot: Spot,
  map: MapNode,
  key: string,
  table: KeyTable,
): MapNode | undefined {
  const entry = entryOf(map, key);
  const value = entry === undefined ? undefined : resolve(entry.value);
  if (value?.kind !== 'map' || value.entries.length === 0) return undefined;
  return checkKeys(below(spot, key), value, table) ? value : undefined;
}
