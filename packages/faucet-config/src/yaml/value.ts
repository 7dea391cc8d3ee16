import { FaucetConfigError } from '../error.ts';
import type { YamlValue } from '../types.ts';
import { type Node, resolve } from './node.ts';
import { keyId, type Plain } from './scalar.ts';

/** A map as a value. The order is kept, and keys may be scalars of any type. */
export interface ValueMap {
  readonly kind: 'map';
  readonly entries: readonly (readonly [Plain, Value])[];
  /** Whether the keys are user-chosen names, which are quoted, and not keywords of Faucet's. */
  readonly names?: boolean | undefined;
}

/** A value to be written, with Faucet's types: integers as bigint, floats as number. */
export type Value = Plain | ValueMap | readonly Value[];

/** Returns whether a value is a list. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Returns whether a value is a map. */
export function isMapValue(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value) && value.kind === 'map';
}

/** The options whose value must be a float. Faucet refuses `1` and requires `1.0`. */
const FLOATS = new Set(['min_stack_health', 'min_lacp_health', 'port_table_scale_factor']);

/** Half a character, which UTF-8 cannot encode. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Converts an external value to Faucet's types.
 *
 * @throws FaucetConfigError `BAD_VALUE` for a number that is not finite or not exact.
 */
export function toValue(value: YamlValue, path: readonly string[]): Value {
  if (typeof value === 'number') {
    if (FLOATS.has(path.at(-1) ?? '')) return value;
    if (Number.isSafeInteger(value)) return BigInt(value);
    if (Number.isFinite(value) && !Number.isInteger(value)) return value;
    const message = `${path.join('.')}: ${value} cannot be written exactly; use a bigint`;
    throw new FaucetConfigError('BAD_VALUE', message, { path });
  }
  if (typeof value === 'string') return value.replace(LONE_SURROGATE, '\ufffd');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item: YamlValue, i) => toValue(item, [...path, String(i)]));
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return {
    kind: 'map',
    entries: entries.map(([key, item]) => [key, toValue(item, [...path, key])] as const),
  };
}

/** Returns whether the file already has this value, in any spelling. */
export function saysAlready(node: Node, value: Value): boolean {
  const at = resolve(node);
  if (at.kind === 'scalar') {
    return typeof value === 'object' && value !== null ? false : Object.is(at.value, value);
  }
  if (at.kind === 'list') {
    return (
      isList(value) &&
      value.length === at.items.length &&
      at.items.every((item, i) => saysAlready(item, value[i] ?? null))
    );
  }
  return (
    isMapValue(value) &&
    value.entries.length === at.entries.length &&
    value.entries.every(([key, item]) => {
      const entry = at.index.get(keyId(key));
      return entry !== undefined && saysAlready(entry.value, item);
    })
  );
}

/** Returns the value of a node for writing. */
export function fromNode(node: Node): Value {
  const at = resolve(node);
  if (at.kind === 'scalar') return at.value;
  if (at.kind === 'list') return at.items.map(fromNode);
  return {
    kind: 'map',
    entries: at.entries.map((entry) => [entry.key.value, fromNode(entry.value)] as const),
  };
}

/** Returns the value of a node for callers: integers as numbers where exact, keys as strings. */
export function toYamlValue(node: Node): YamlValue {
  const at = resolve(node);
  if (at.kind === 'list') return at.items.map(toYamlValue);
  if (at.kind === 'map') {
    return Object.fromEntries(
      at.entries.map((entry) => [keyText(entry.key.value), toYamlValue(entry.value)]),
    );
  }
  const { value } = at;
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  return typeof value === 'object' && value !== null ? value.source : value;
}

/** Returns a key as people and paths show it: without quotes. */
export function keyText(key: Plain): string {
  return typeof key === 'object' && key !== null ? key.source : String(key);
}
