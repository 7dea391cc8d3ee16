/** The middle value; the mean of the two in the middle when their number is even. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  return Number.isInteger(half) ? (upper + (sorted[half - 1] ?? Number.NaN)) / 2 : upper;
}

/** The smallest value that at least `percent` of all values do not exceed (nearest rank). NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** One series set against another that was measured in turn with it. */
export interface Comparison {
  /** Median of the one, divided by the median of the other. */
  readonly ofMedians: number;
  /** Median of the quotients of the values that were measured beside each other: drift of the machine cancels out. */
  readonly pairwise: number;
}

/** Compares two series; the n-th values of both belong to the same round. */
export function compare(values: readonly number[], baseline: readonly number[]): Comparison {
  const quotients = values.map((value, round) => value / (baseline[round] ?? Number.NaN));
  return { ofMedians: median(values) / median(baseline), pairwise: median(quotients) };
}
