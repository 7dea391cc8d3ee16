import { FaucetConfigError } from '../error.ts';
import { toProblems } from '../problem.ts';
import { parseText } from '../yaml/document.ts';
import { listOf, type MapNode, mapOf, type Node, plainOf, resolve } from '../yaml/node.ts';
import { keyText } from '../yaml/value.ts';

/** A watcher: what Gauge measures. */
export interface GaugeWatcher {
  readonly name: string;
  /** `port_state`, `port_stats`, `flow_table` or `meter_stats`. Gauge refuses anything else. */
  readonly type: string | undefined;
  readonly allDps: boolean;
  /** Names of the DPs to watch, if not all are watched. */
  readonly dps: readonly string[];
  /** Seconds between two polls of the switch. Default 30. */
  readonly interval: number;
  /** Where the values are stored: keys of `dbs`. */
  readonly dbs: readonly string[];
}

/** A db: where Gauge stores its measurements. */
export interface GaugeDb {
  readonly name: string;
  readonly type: string | undefined;
  /** Address of the metrics endpoint; `prometheus` only. */
  readonly address: string;
  readonly port: number;
}

/** The contents of gauge.yaml. */
export interface GaugeConfig {
  /** Paths of the faucet.yaml files whose DPs are watched. Gauge follows changes of these files on its own. */
  readonly faucetConfigs: readonly string[];
  readonly watchers: ReadonlyMap<string, GaugeWatcher>;
  readonly dbs: ReadonlyMap<string, GaugeDb>;
}

/** Gauge's defaults (faucet 1.10.12, watcher_conf.py). */
const defaults = { interval: 30, address: '0.0.0.0', port: 9303 };

/**
 * Parses gauge.yaml.
 *
 * @throws FaucetConfigError `SYNTAX`.
 */
export function parseGauge(text: string): GaugeConfig {
  const parsed = parseText(text);
  const [problem] = toProblems(parsed.problems, text, undefined);
  if (problem !== undefined) {
    const message = `line ${problem.line}: ${problem.message}`;
    throw new FaucetConfigError('SYNTAX', message, { ...problem, problems: [problem] });
  }
  return toGauge(parsed.root);
}

/** Converts a parsed gauge.yaml to a value. Anything invalid is left out. */
export function toGauge(node: Node | undefined): GaugeConfig {
  const root = node === undefined ? undefined : resolve(node);
  const map = root?.kind === 'map' ? root : undefined;
  return {
    faucetConfigs: stringsIn(map, 'faucet_configs'),
    watchers: new Map(
      entriesOf(map, 'watchers').map(([name, one]) => [name, toWatcher(name, one)]),
    ),
    dbs: new Map(entriesOf(map, 'dbs').map(([name, one]) => [name, toDb(name, one)])),
  };
}

function entriesOf(map: MapNode | undefined, key: string): readonly (readonly [string, MapNode])[] {
  return (mapOf(map, key)?.entries ?? []).flatMap((entry) => {
    const value = resolve(entry.value);
    return value.kind === 'map' ? [[keyText(entry.key.value), value] as const] : [];
  });
}

function toWatcher(name: string, map: MapNode): GaugeWatcher {
  const db = stringAt(map, 'db');
  const dbs = stringsIn(map, 'dbs');
  return {
    name,
    type: stringAt(map, 'type'),
    allDps: plainOf(map, 'all_dps') === true,
    dps: stringsIn(map, 'dps'),
    interval: numberAt(map, 'interval') ?? defaults.interval,
    dbs: dbs.length > 0 || db === undefined ? dbs : [db],
  };
}

function toDb(name: string, map: MapNode): GaugeDb {
  return {
    name,
    type: stringAt(map, 'type'),
    address: stringAt(map, 'prometheus_addr') ?? defaults.address,
    port: numberAt(map, 'prometheus_port') ?? defaults.port,
  };
}

function stringAt(map: MapNode, key: string): string | undefined {
  const value = plainOf(map, key);
  return typeof value === 'string' ? value : undefined;
}

function numberAt(map: MapNode, key: string): number | undefined {
  const value = plainOf(map, key);
  return typeof value === 'bigint' ? Number(value) : undefined;
}

function stringsIn(map: MapNode | undefined, key: string): readonly string[] {
  return (listOf(map, key)?.items ?? []).flatMap((item) => {
    const value = resolve(item);
    return value.kind === 'scalar' && typeof value.value === 'string' ? [value.value] : [];
  });
}

/**
 * Returns the watchers of a type that poll the switch. Of all watchers of one type on a datapath, only the first polls;
 * the others use its results.
 */
export function askingWatchers(config: GaugeConfig, type: string): readonly GaugeWatcher[] {
  const ofType = [...config.watchers.values()].filter((watcher) => watcher.type === type);
  const all = ofType.findIndex((watcher) => watcher.allDps);
  return all < 0 ? ofType : ofType.slice(0, all + 1);
}
