import { OvsError } from './error.ts';

/** The numbers to choose from, both ends included. */
export interface OfPortRange {
  /** Default 1. */
  readonly from?: number | undefined;
  /** Default 65279: OpenFlow 1.0, which OVS numbers ports by, ends there (0xfeff). */
  readonly to?: number | undefined;
}

/**
 * The lowest port number that is not used.
 * @throws OvsError `NO_FREE_PORT`.
 */
export function freeOfPort(used: Iterable<number>, range: OfPortRange = {}): number {
  return freeOfPorts(1, used, range)[0] as number;
}

/**
 * The lowest `count` port numbers that are not used, in order.
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
