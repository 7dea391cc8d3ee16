const firstMs = 1000;
const longestMs = 60_000;

/**
 * Returns the milliseconds to wait before the next retry after this many failures in a row: a second after the first
 * failure, then twice as long each time, up to a minute.
 */
export function backoffMs(failures: number): number {
  return Math.min(firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 16), longestMs);
}
