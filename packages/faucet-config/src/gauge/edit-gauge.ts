import { append, draftMap, enter, put, putFirst } from '../edit/draft.ts';
import { write as writeDraft } from '../edit/edit-text.ts';
import { FaucetConfigError } from '../error.ts';
import { parseText } from '../yaml/document.ts';
import { resolve } from '../yaml/node.ts';
import type { Value } from '../yaml/value.ts';
import { askingWatchers, type GaugeConfig, parseGauge, toGauge } from './gauge.ts';

/** What Gauge has to do for us. Everything else in its file belongs to the operator. */
export interface GaugeSpec {
  /** Path of faucet.yaml, as Gauge sees it. */
  readonly faucetConfig: string;
  /** Address where Gauge serves Prometheus. Default: the address in the file, otherwise 127.0.0.1:9303. */
  readonly prometheus?: { readonly address: string; readonly port: number } | undefined;
  /**
   * Maximum polling interval in seconds. Default 5: longer intervals starve the counters if faucet.yaml changes often.
   */
  readonly intervalSeconds?: number | undefined;
}

const defaultIntervalS = 5;
const defaultEndpoint = { address: '127.0.0.1', port: 9303 };
/** The watchers that our metrics need. `meter_stats` and `flow_table` are not used; `checkGauge` explains why. */
const watched = ['port_state', 'port_stats'] as const;

/**
 * Returns a gauge.yaml that exports the state and the counters of every port of a faucet.yaml to Prometheus. Existing
 * entries that do this are used, missing ones are added, and every other byte stays the same. Returns the same text if
 * nothing is missing.
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
    append(draft, 'faucet_configs', spec.faucetConfig);
  }
  const db = ensureDb(draft, config, spec);
  for (const type of watched) ensureWatcher(draft, config, spec, type, db);
  const edited = writeDraft(parsed, node, draft).text;
  const result = toGauge(parseText(edited).root);
  const left = watched.filter((type) => !isWatched(result, type, db));
  if (left.length === 0) return edited;
  throw new FaucetConfigError('UNEDITABLE', `${left.join(' and ')} could not be added`, {});
}

type Draft = ReturnType<typeof draftMap>;

/** Gauge serves one endpoint per db, so a db of our own would use another port for nothing. */
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

/**
 * Adds our own watcher if no other does the work. An operator's watcher is never changed, even if it polls too rarely
 * for us.
 */
function ensureWatcher(
  draft: Draft,
  config: GaugeConfig,
  spec: GaugeSpec,
  type: (typeof watched)[number],
  db: string,
): void {
  const longest = spec.intervalSeconds ?? defaultIntervalS;
  const isFast = isAskedWithin(config, type, longest);
  if (isWatched(config, type, db) && isFast) return;
  const name = freeName(type, config.watchers);
  const interval = type === 'port_stats' ? [['interval', BigInt(longest)] as const] : [];
  const watcher: Value = {
    kind: 'map',
    entries: [['type', type], ['all_dps', true], ['db', db], ...interval],
  };
  const watchers = enter(draft, 'watchers');
  if (isFast || config.watchers.size === 0) put(watchers, name, watcher);
  else putFirst(watchers, name, watcher);
}

function isWatched(config: GaugeConfig, type: string, db: string): boolean {
  return [...config.watchers.values()].some(
    (watcher) => watcher.type === type && watcher.allDps && watcher.dbs.includes(db),
  );
}

/** Port state is sent without polling; only counters are polled. */
function isAskedWithin(config: GaugeConfig, type: string, seconds: number): boolean {
  return (
    type !== 'port_stats' ||
    askingWatchers(config, type).every((watcher) => watcher.interval <= seconds)
  );
}

function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) {
    if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`;
  }
}
