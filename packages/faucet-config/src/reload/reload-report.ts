import type { MetricSample } from './metrics.ts';

/** Faucet's report on its configuration, from one reading of its metrics. */
export interface ReloadReport {
  /** SHA-256 of each file of the loaded content. Empty after a refused load. */
  readonly hashes: readonly string[];
  /** Why the last load was refused. Empty if it was not. */
  readonly error: string;
  /** Number of load requests that Faucet has finished, including those that found nothing new. */
  readonly requests: number;
  /** Reloads by DP name. */
  readonly warm: ReadonlyMap<string, number>;
  readonly cold: ReadonlyMap<string, number>;
}

const info = 'faucet_config_hash_info';
const requests = 'faucet_config_reload_requests_total';
const warm = 'faucet_config_reload_warm_total';
const cold = 'faucet_config_reload_cold_total';

/** The metrics that {@link parseReport} reads. */
export const reportNames: readonly string[] = [info, requests, warm, cold];

/**
 * Returns Faucet's report, or undefined if the samples are not from a Faucet that has tried to load a configuration.
 */
export function parseReport(samples: readonly MetricSample[]): ReloadReport | undefined {
  const last = samples.find((sample) => sample.name === info);
  if (last === undefined) return undefined;
  return {
    hashes: (last.labels.hashes ?? '').split(',').filter((hash) => hash !== ''),
    error: last.labels.error ?? '',
    requests: samples.find((sample) => sample.name === requests)?.value ?? 0,
    warm: countersByDp(samples, warm),
    cold: countersByDp(samples, cold),
  };
}

function countersByDp(samples: readonly MetricSample[], name: string): ReadonlyMap<string, number> {
  const counters = new Map<string, number>();
  for (const sample of samples) {
    if (sample.name !== name) continue;
    const dp = sample.labels.dp_name ?? '';
    counters.set(dp, (counters.get(dp) ?? 0) + sample.value);
  }
  return counters;
}

/**
 * Returns how Faucet reloaded between two reports. Without an earlier report, or if the counters went back, Faucet has
 * restarted, and a start is a cold reload.
 */
export function reloadBetween(
  before: ReloadReport | undefined,
  after: ReloadReport,
): 'none' | 'warm' | 'cold' {
  if (before === undefined || after.requests < before.requests) return 'cold';
  if (hasRisen(before.cold, after.cold)) return 'cold';
  return hasRisen(before.warm, after.warm) ? 'warm' : 'none';
}

function hasRisen(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): boolean {
  return [...after].some(([dp, count]) => count > (before.get(dp) ?? 0));
}
