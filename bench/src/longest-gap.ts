/** The longest time between two moments that follow each other, from the last one before `since` on. */
export function longestGap(moments: readonly number[], since: number): number {
  const from = Math.max(
    0,
    moments.findLastIndex((moment) => moment <= since),
  );
  const counted = moments.slice(from);
  return Math.max(0, ...counted.slice(1).map((moment, index) => moment - (counted[index] ?? 0)));
}
