import { parseAddress } from '../model/addresses.ts';
import type { ProblemSeverity } from '../types.ts';
import { type MapNode, mapOf, type Node, type Resolved, resolve } from '../yaml/node.ts';
import { keyText } from '../yaml/value.ts';
import { showNode } from './check-keys.ts';
import { below, report, type Spot } from './check-log.ts';
import { asInt, isNull } from './network-facts.ts';

/** Returns whether a node is an integer from 0 to below the limit. */
export function isBelow(node: Node, limit: bigint): boolean {
  const at = resolve(node);
  const value = at.kind === 'scalar' ? asInt(at.value) : undefined;
  return value !== undefined && value >= 0n && value < limit;
}

/** Number of bits of each value of a `ct` action. Faucet crashes on any other value once the ACL is used. */
const ctBits: Readonly<Record<string, bigint>> = {
  flags: 16n,
  alg: 16n,
  table: 8n,
  zone: 16n,
  zone_src: 32n,
  mark: 32n,
  label: 128n,
};

/** Reports values of a connection tracking action that do not fit into the OpenFlow message. */
export function checkCtValues(spot: Spot, ct: MapNode, deadly: ProblemSeverity): void {
  for (const entry of ct.entries) {
    const key = keyText(entry.key.value);
    const bits = ctBits[key];
    const value = resolve(entry.value);
    const number = value.kind === 'scalar' ? asInt(value.value) : undefined;
    // mark and label are set as fields, which are truncated to their width
    const cut = key === 'mark' || key === 'label';
    if (bits === undefined || (key === 'zone_src' && isNull(value))) continue;
    if (number === undefined && !isNull(value)) continue;
    if (number !== undefined && (cut || (number >= 0n && number < 1n << bits))) continue;
    const message = `${showNode(value)} must be an integer of ${bits} bits; this crashes a running Faucet`;
    report(below(spot, key), entry.value, 'BAD_VALUE', message, deadly);
  }
  for (const entry of mapOf(ct, 'nat')?.entries ?? []) {
    const key = keyText(entry.key.value);
    const error = natError(key, resolve(entry.value));
    if (error === undefined) continue;
    const message = `${showNode(entry.value)} crashes a running Faucet; it must be ${error}`;
    report(below(spot, 'nat', key), entry.value, 'BAD_VALUE', message, deadly);
  }
}

function natError(key: string, value: Resolved): string | undefined {
  if (key === 'flags') return isBelow(value, 2n ** 16n) ? undefined : 'an integer of 16 bits';
  const family = /_ipv([46])_/.exec(key)?.[1];
  if (family === undefined || value.kind !== 'scalar') return undefined;
  if (isNull(value)) return `an IPv${family} address`;
  if (typeof value.value !== 'string' || value.value === '') return undefined;
  const bits = family === '4' ? 32 : 128;
  return parseAddress(value.value)?.bits === bits ? undefined : `an IPv${family} address`;
}
