import { parseText } from './document.ts';
import { draftMap, enter, put } from './draft.ts';
import { write as writeDraft } from './edit-text.ts';
import { FaucetConfigError } from './error.ts';
import { type GaugeConfig, parseGauge, toGauge } from './gauge.ts';
import { resolve } from './node.ts';

/** What Gauge has to do for us; everything else in its file is its operator's. */
export interface GaugeSpec {
  /** Path of faucet.yaml, as Gauge sees it. */
  readonly faucetConfig: string;
  /** Where Prometheus finds Gauge. Left out: where the file says, else 127.0.0.1:9303. */
  readonly prometheus?: { readonly address: string; readonly port: number } | undefined;
  /** Longest time between two counts, in seconds. Default 5: longer ones starve when faucet.yaml changes often. */
  readonly intervalSeconds?: number | undefined;
}

const defaultIntervalS = 5;
const defaultEndpoint = { address: '127.0.0.1', port: 9303 };
/** What our metrics are made of. No `meter_stats` and no `flow_table`: `checkGauge` says why. */
const watched = ['port_state', 'port_stats'] as const;

/**
 * Gives a gauge.yaml in which the state and the counters of every port of a faucet.yaml go to Prometheus. What is there
 * and does it is used; what is missing is added; every other byte stays. The same text comes back when nothing misses.
 *
 * @throws FaucetConfigError `SYNTAX`, `UNEDITABLE`.
 */
export function editGauge(text: string, spec: GaugeSpec): string {
  const config = parseGauge(text);
  const parsed = parseText(text);
  const root = parsed.root === undefined ? undefined : resolve(parsed.root);
  const node = root?.kind === 'map' ? root : undefined;
  if (
    root !== undefined &&
    node === undefined &&
    !(root.kind === 'scalar' && root.value === null)
  ) {
    throw new FaucetConfigError('SYNTAX', 'the file must be a map at its top', { line: 1 });
  }
  const draft = draftMap(node, []);
  if (!config.faucetConfigs.includes(spec.faucetConfig)) {
    put(draft, 'faucet_configs', [...config.faucetConfigs, spec.faucetConfig]);
  }
  const db = ensureDb(draft, config, spec);
  for (const type of watched) ensureWatcher(draft, config, spec, type, db);
  const edited = writeDraft(parsed, node, draft).text;
  const left = watched.filter(
    (type) => findWatcher(toGauge(parseText(edited).root), type, db) === undefined,
  );
  if (left.length === 0) return edited;
  throw new FaucetConfigError('UNEDITABLE', `${left.join(' and ')} could not be added`, {});
}

type Draft = ReturnType<typeof draftMap>;

/** Gauge serves one endpoint per db; a second one for us would be one port more for nothing. */
function ensureDb(draft: Draft, config: GaugeConfig, spec: GaugeSpec): string {
  const there = [...config.dbs.values()].find((db) => db.type === 'prometheus');
  const wanted = spec.prometheus ?? (there === undefined ? defaultEndpoint : there);
  const name = there?.name ?? freeName('prometheus', config.dbs);
  if (there?.address === wanted.address && there.port === wanted.port) return name;
  const db = enter(enter(draft, 'dbs'), name);
  if (there === undefined) put(db, 'type', 'prometheus');
  if (there?.address !== wanted.address) put(db, 'prometheus_addr', wanted.address);
  if (there?.port !== wanted.port) put(db, 'prometheus_port', BigInt(wanted.port));
  return name;
}

function ensureWatcher(
  draft: Draft,
  config: GaugeConfig,
  spec: GaugeSpec,
  type: (typeof watched)[number],
  db: string,
): void {
  const longest = spec.intervalSeconds ?? defaultIntervalS;
  const there = findWatcher(config, type, db);
  // State comes by itself; only counters are asked for.
  if (there !== undefined && (type === 'port_state' || there.interval <= longest)) return;
  const watcher = enter(enter(draft, 'watchers'), there?.name ?? freeName(type, config.watchers));
  if (there === undefined) {
    put(watcher, 'type', type);
    put(watcher, 'all_dps', true);
    put(watcher, 'db', db);
  }
  if (type === 'port_stats') put(watcher, 'interval', BigInt(longest));
}

function findWatcher(
  config: GaugeConfig,
  type: string,
  db: string,
): { name: string; interval: number } | undefined {
  return [...config.watchers.values()].find(
    (watcher) => watcher.type === type && watcher.allDps && watcher.dbs.includes(db),
  );
}

function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) {
    if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`;
  }
}
