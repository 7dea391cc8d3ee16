import { parseText } from './document.ts';
import { FaucetConfigError } from './error.ts';
import { listOf, type MapNode, mapOf, type Node, plainOf, resolve } from './node.ts';
import { toProblems } from './problem.ts';
import { keyText } from './value.ts';

/** What Gauge measures with a watcher. */
export interface GaugeWatcher {
  readonly name: string;
  /** `port_state`, `port_stats`, `flow_table` or `meter_stats`; anything else is refused. */
  readonly type: string | undefined;
  readonly allDps: boolean;
  /** DPs by name, when not all are watched. */
  readonly dps: readonly string[];
  /** Seconds between two questions to the switch. Default 30. */
  readonly interval: number;
  /** Where the values go: keys of `dbs`. */
  readonly dbs: readonly string[];
}

/** Where Gauge puts what it measured. */
export interface GaugeDb {
  readonly name: string;
  readonly type: string | undefined;
  /** Of the metrics endpoint; `prometheus` only. */
  readonly address: string;
  readonly port: number;
}

/** What gauge.yaml says. */
export interface GaugeConfig {
  /** Paths of the faucet.yaml files whose DPs it watches; it follows their changes by itself. */
  readonly faucetConfigs: readonly string[];
  readonly watchers: ReadonlyMap<string, GaugeWatcher>;
  readonly dbs: ReadonlyMap<string, GaugeDb>;
}

/** Defaults of Gauge (faucet 1.10.12, watcher_conf.py). */
const defaults = { interval: 30, address: '0.0.0.0', port: 9303 };

/**
 * Reads gauge.yaml.
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

/** What a parsed gauge.yaml says; what is not as it should be is left out. */
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
