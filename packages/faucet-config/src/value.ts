import { FaucetConfigError } from './error.ts';
import { type Node, resolve } from './node.ts';
import { keyId, type Plain } from './scalar.ts';
import type { YamlValue } from './types.ts';

/** A map as a value: order kept, keys of any scalar type. */
export interface ValueMap {
  readonly kind: 'map';
  readonly entries: readonly (readonly [Plain, Value])[];
  /** The keys are names that somebody chose, to be quoted, in contrast to words of Faucet's. */
  readonly names?: boolean | undefined;
}

/** What is to be written, with Faucet's types: integers as bigint, floats as number. */
export type Value = Plain | ValueMap | readonly Value[];

/** True for a list. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** True for a map. */
export function isMapValue(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value) && value.kind === 'map';
}

/** The options whose value must be a float: Faucet refuses `1` where it wants `1.0`. */
const FLOATS = new Set(['min_stack_health', 'min_lacp_health', 'port_table_scale_factor']);

/** Half a character: no text in UTF-8 can hold it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Takes a value from outside to Faucet's types.
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

/** True when the file already says this, however it spells it. */
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

/** What a node says, as a value to be written. */
export function fromNode(node: Node): Value {
  const at = resolve(node);
  if (at.kind === 'scalar') return at.value;
  if (at.kind === 'list') return at.items.map(fromNode);
  return {
    kind: 'map',
    entries: at.entries.map((entry) => [entry.key.value, fromNode(entry.value)] as const),
  };
}

/** What a node says, for readers: integers as numbers where exact, keys as strings. */
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

/** A key as people and paths show it: without quotes. */
export function keyText(key: Plain): string {
  return typeof key === 'object' && key !== null ? key.source : String(key);
}
