import type { MetricSample } from './store-types.ts';

/** What Faucet says about its configuration, from one answer of its metrics. */
export interface ReloadReport {
  /** SHA-256 of each file of the content that it has loaded; empty after a refused load. */
  readonly hashes: readonly string[];
  /** Why the last load was refused; empty when it was not. */
  readonly error: string;
  /** Load requests that it has finished, the ones that found nothing new included. */
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

/** Undefined when this is not the answer of a Faucet that has come as far as loading a configuration. */
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
 * What Faucet did between two reports. Without an earlier one, or when the counters went back, Faucet was started
 * meanwhile, and a start is a cold one.
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
