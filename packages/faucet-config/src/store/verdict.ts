import type { ReloadReport } from '../reload/reload-report.ts';

/** Faucet's verdict on the written content. */
export type Verdict =
  | { readonly kind: 'loaded'; readonly upTo: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'waiting' };

/** The report that later reports are compared with. */
export interface Baseline {
  /** Number of load requests that Faucet had finished when the content was written. */
  readonly requests: number;
  /** Faucet's error at that time. */
  readonly error: string;
  /** Taken after the write: the load in question may already be over. */
  readonly late: boolean;
}

/** Returns the baseline of a comparison. */
export function baselineOf(report: ReloadReport, late: boolean): Baseline {
  return { requests: report.requests, error: report.error, late };
}

/**
 * Determines from a report whether Faucet has loaded or refused the written content. `contents` gives, for each hash,
 * the last request whose edits it includes.
 *
 * Faucet counts a load request when it has finished it (faucet 1.10.12 and c65faucet 1.0.106, valves_manager.py). A
 * hash is therefore in force only when the counter has moved too: releases with native threads publish the hash some
 * milliseconds before they send the flows. If the baseline was taken late, two reports in a row have to suffice. An
 * error is about our content if an attempt finished after the write. If there was an error before, only the second
 * attempt is certain to have read our content.
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
