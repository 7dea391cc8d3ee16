import { OvsError } from './error.ts';

/** A range of port numbers, both ends included. */
export interface OfPortRange {
  /** Default 1. */
  readonly from?: number | undefined;
  /** Default 65279 (0xfeff), the last port number in OpenFlow 1.0. OVS numbers ports as OpenFlow 1.0 does. */
  readonly to?: number | undefined;
}

/**
 * Returns the lowest unused port number.
 * @throws OvsError `NO_FREE_PORT`.
 */
export function freeOfPort(used: Iterable<number>, range: OfPortRange = {}): number {
  return freeOfPorts(1, used, range)[0] as number;
}

/**
 * Returns the `count` lowest unused port numbers, in ascending order.
 * @throws OvsError `NO_FREE_PORT`.
 */
export function freeOfPorts(
  count: number,
  used: Iterable<number>,
  { from = 1, to = 0xfeff }: OfPortRange = {},
): number[] {
  const taken = used instanceof Set ? used : new Set(used);
  const free: number[] = [];
  for (let candidate = from; candidate <= to && free.length < count; candidate++) {
    if (!taken.has(candidate)) free.push(candidate);
  }
  if (free.length === count) return free;
  throw new OvsError(
    'NO_FREE_PORT',
    `Of the OpenFlow ports ${from} to ${to} only ${free.length} are free, ${count} are needed`,
  );
}
