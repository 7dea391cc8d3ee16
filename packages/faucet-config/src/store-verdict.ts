import type { ReloadReport } from './reload-report.ts';

/** What Faucet has said about the content that was written. */
export type Verdict =
  | { readonly kind: 'loaded'; readonly upTo: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'waiting' };

/** What later reports are compared with. */
export interface Baseline {
  /** Load requests that Faucet had finished when the content was written. */
  readonly requests: number;
  /** Its error at that moment. */
  readonly error: string;
  /** Taken after the write: the load that counts may be over already. */
  readonly late: boolean;
}

/** Where a comparison starts. */
export function baselineOf(report: ReloadReport, late: boolean): Baseline {
  return { requests: report.requests, error: report.error, late };
}

/**
 * Tells from a report what became of a content. `contents` says for each hash up to which request it holds the edits.
 *
 * Faucet counts a load request when it is through with it (faucet 1.10.12 and c65faucet 1.0.106, valves_manager.py).
 * So a hash is in force when the counter has moved too: native-thread releases publish the hash some milliseconds before
 * they send the flows. Where the comparison began late, two reports in a row have to do. And an error is about our
 * content when an attempt was finished after the write; where there was an error before, the second attempt is the
 * first that surely read ours.
 */
export function verdictOf(
  contents: ReadonlyMap<string, { readonly upTo: number }>,
  baseline: Baseline,
  previous: ReloadReport | undefined,
  report: ReloadReport,
): Verdict {
  const attempts = report.requests - baseline.requests;
  const hash = report.hashes.find((one) => contents.has(one));
  if (hash !== undefined && (attempts > 0 || (baseline.late && previous?.hashes.includes(hash)))) {
    return { kind: 'loaded', upTo: contents.get(hash)?.upTo ?? 0 };
  }
  const needed = baseline.error === '' ? 1 : 2;
  if (report.error !== '' && attempts >= needed) return { kind: 'refused', reason: report.error };
  return { kind: 'waiting' };
}
