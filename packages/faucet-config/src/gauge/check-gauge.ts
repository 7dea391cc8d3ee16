import { checkKeys, showNode } from '../check/check-keys.ts';
import { below, type CheckLog, logToProblems, report, type Spot } from '../check/check-log.ts';
import { toProblems } from '../problem.ts';
import type { Problem, ProblemSeverity } from '../types.ts';
import { parseText } from '../yaml/document.ts';
import {
  type EntryNode,
  entryOf,
  listOf,
  type MapNode,
  type Node,
  plainOf,
  resolve,
  valueUnder as valueAt,
} from '../yaml/node.ts';
import { keyId } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';
import { askingWatchers, toGauge } from './gauge.ts';

const watcherKeys = {
  name: ['str'],
  type: ['str'],
  dps: ['list'],
  all_dps: ['bool'],
  interval: ['int'],
  db: ['str'],
  dbs: ['list'],
  db_type: ['str'],
} as const;

const dbKeys = {
  type: ['str'],
  file: ['str'],
  path: ['str'],
  compress: ['bool'],
  prometheus_port: ['int'],
  prometheus_addr: ['str'],
  prometheus_test_thread: ['bool'],
} as const;

const watcherTypes = ['port_state', 'port_stats', 'flow_table', 'meter_stats'];
const dbTypes = ['prometheus', 'text'];

/** Every change of faucet.yaml restarts polling after up to one interval. Longer intervals starve the counters. */
const longestIntervalS = 5;

/**
 * Returns everything in a gauge.yaml that Gauge (1.10.12) would refuse, crash on, or accept but handle wrongly. If
 * `knownDps` is given, the `dps` of the watchers are compared with it.
 */
export function checkGauge(
  text: string,
  options: {
    readonly path?: string | undefined;
    readonly knownDps?: ReadonlySet<string> | undefined;
  } = {},
): Problem[] {
  const parsed = parseText(text);
  if (parsed.problems.length > 0) return toProblems(parsed.problems, text, options.path);
  const log: CheckLog = [];
  const spot: Spot = { file: { path: options.path, parsed }, path: [], log };
  const root = parsed.root === undefined ? undefined : resolve(parsed.root);
  if (root?.kind !== 'map') {
    const at = parsed.root ?? { start: 0, end: 0 };
    report(spot, at, 'MISSING_KEY', 'Gauge needs faucet_configs, watchers and dbs');
  } else {
    checkTop(spot, root);
    checkSections(spot, root, options.knownDps);
  }
  return logToProblems(log);
}

function checkTop(spot: Spot, root: MapNode): void {
  const configs = valueAt(root, 'faucet_configs');
  const at = below(spot, 'faucet_configs');
  const isNull = configs?.kind === 'scalar' && configs.value === null;
  const isNone = configs === undefined || (configs.kind === 'list' && configs.items.length === 0);
  if (isNull || (isNone && valueAt(root, 'faucet') === undefined)) {
    const message = 'faucet_configs must list the faucet.yaml to watch';
    const place = configs === undefined ? spot : at;
    report(place, configs ?? root, 'MISSING_KEY', message, isNull ? 'kills' : 'refused');
  } else if (configs !== undefined && configs.kind !== 'list') {
    report(at, configs, 'WRONG_TYPE', `${showNode(configs)} must be a list of paths`);
  }
  for (const item of configs?.kind === 'list' ? configs.items : []) {
    const path = resolve(item);
    if (path.kind === 'scalar' && typeof path.value === 'string') continue;
    report(at, item, 'WRONG_TYPE', `${showNode(item)} must be a path`);
  }
}

type Entries = ReadonlyMap<string, EntryNode>;

function checkSections(spot: Spot, root: MapNode, knownDps: ReadonlySet<string> | undefined): void {
  const dbs = sectionOf(spot, root, 'dbs');
  const asking = new Set(askingWatchers(toGauge(root), 'port_stats').map(({ name }) => name));
  const used = new Set<string>();
  for (const { key, value } of sectionOf(spot, root, 'watchers').values()) {
    const name = keyText(key.value);
    const watcher = mapAt(below(spot, 'watchers', name), value, 'kills');
    if (watcher === undefined) continue;
    checkWatcher(below(spot, 'watchers', name), watcher, { dbs, knownDps, asks: asking.has(name) });
    if (isInForce(watcher, knownDps)) for (const db of dbNodesOf(watcher)) used.add(idOf(db));
  }
  // Gauge does not read a db that no watcher uses
  for (const [id, { key, value }] of dbs) {
    const at = below(spot, 'dbs', keyText(key.value));
    const db = used.has(id) ? mapAt(at, value, 'refused') : undefined;
    if (db !== undefined) checkDb(at, db);
  }
}

/** Gauge reads these sections without checking that they exist, and ends with a traceback. */
function sectionOf(spot: Spot, root: MapNode, key: string): Entries {
  const entry = entryOf(root, key);
  const value = entry === undefined ? undefined : resolve(entry.value);
  if (value?.kind === 'map') return value.index;
  report(spot, entry?.value ?? root, 'MISSING_KEY', `${key} must be a map`, 'kills');
  return new Map();
}

function mapAt(spot: Spot, node: Node, severity: ProblemSeverity): MapNode | undefined {
  const inner = resolve(node);
  if (inner.kind === 'map') return inner;
  report(spot, node, 'WRONG_TYPE', `${showNode(inner)} must be a map`, severity);
  return undefined;
}

/** A watcher without datapaths does nothing, and Gauge does not read the rest of it. */
function isInForce(watcher: MapNode, knownDps: ReadonlySet<string> | undefined): boolean {
  const dps = listOf(watcher, 'dps')?.items ?? [];
  const isKnown = (dp: Node): boolean => knownDps === undefined || knownDps.has(textOf(dp));
  return plainOf(watcher, 'all_dps') === true || dps.some(isKnown);
}

function checkDb(spot: Spot, db: MapNode): void {
  checkKeys(spot, db, dbKeys);
  const type = plainOf(db, 'type');
  if (type === undefined) {
    const message = `type is required: one of ${dbTypes.join(', ')}`;
    report(spot, db, 'MISSING_KEY', message, 'kills');
    return;
  }
  if (typeof type === 'string' && dbTypes.includes(type)) return;
  const at = entryOf(db, 'type')?.value ?? db;
  report(spot, at, 'BAD_VALUE', `type must be one of ${dbTypes.join(', ')}`);
}

function checkWatcher(
  spot: Spot,
  watcher: MapNode,
  known: {
    readonly dbs: Entries;
    readonly knownDps: ReadonlySet<string> | undefined;
    readonly asks: boolean;
  },
): void {
  const { dbs, knownDps } = known;
  const allDps = plainOf(watcher, 'all_dps') === true;
  const dps = valueAt(watcher, 'dps');
  if (allDps && dps !== undefined) {
    report(spot, dps, 'CONFLICT', 'all_dps and dps cannot be used together');
  } else if (!allDps && dps?.kind !== 'list') {
    report(
      spot,
      dps ?? watcher,
      'MISSING_KEY',
      'either all_dps or a list in dps is needed',
      'kills',
    );
  }
  for (const dp of listOf(watcher, 'dps')?.items ?? []) {
    if (knownDps === undefined || knownDps.has(textOf(dp))) continue;
    report(below(spot, 'dps'), dp, 'UNKNOWN_DP', `faucet.yaml has no ${showNode(dp)}`, 'wrong');
  }
  if (dps?.kind === 'list' && !isInForce(watcher, knownDps)) return;
  checkKeys(spot, watcher, { ...watcherKeys, ...dbKeys });
  checkWatcherDbs(spot, watcher, dbs);
  checkWatcherType(spot, watcher, dbs);
  if (known.asks) checkInterval(spot, watcher);
}

function checkWatcherDbs(spot: Spot, watcher: MapNode, dbs: Entries): void {
  const named = dbNodesOf(watcher);
  if (named.length === 0) report(spot, watcher, 'MISSING_KEY', 'db or dbs is needed');
  for (const db of named) {
    if (dbs.has(idOf(db))) continue;
    report(spot, db, 'UNKNOWN_DB', `there is no ${showNode(db)} in dbs`, 'kills');
  }
}

function checkWatcherType(spot: Spot, watcher: MapNode, dbs: Entries): void {
  const type = plainOf(watcher, 'type');
  const at = entryOf(watcher, 'type')?.value ?? watcher;
  if (typeof type !== 'string' || !watcherTypes.includes(type)) {
    report(spot, at, 'BAD_VALUE', `type must be one of ${watcherTypes.join(', ')}`);
  } else if (type === 'flow_table') {
    const message =
      'Gauge crashes when a switch shows a table that its copy of faucet.yaml does not have';
    report(spot, at, 'GAUGE', message, 'wrong');
  } else if (type === 'meter_stats' && dbNodesOf(watcher).some((db) => isPrometheus(dbs, db))) {
    const message = 'meters never reach Prometheus: Gauge asks the switch about ports instead';
    report(spot, at, 'GAUGE', message, 'wrong');
  }
}

function checkInterval(spot: Spot, watcher: MapNode): void {
  const interval = plainOf(watcher, 'interval') ?? 30n;
  if (typeof interval !== 'bigint') return;
  if (interval <= BigInt(longestIntervalS)) return;
  const message = `after each change of faucet.yaml the counters are gone for up to ${interval} s; at most ${longestIntervalS} is better`;
  report(spot, entryOf(watcher, 'interval')?.value ?? watcher, 'GAUGE', message, 'wrong');
}

function dbNodesOf(watcher: MapNode): readonly Node[] {
  const list = valueAt(watcher, 'dbs');
  const one = valueAt(watcher, 'db');
  if (list?.kind === 'list') return list.items;
  return one === undefined ? [] : [one];
}

function isPrometheus(dbs: Entries, db: Node): boolean {
  const entry = dbs.get(idOf(db));
  const map = entry === undefined ? undefined : resolve(entry.value);
  return map?.kind === 'map' && plainOf(map, 'type') === 'prometheus';
}

/** Returns the id of a db: its name and the type of the name. */
function idOf(node: Node): string {
  const at = resolve(node);
  return at.kind === 'scalar' ? keyId(at.value) : '';
}

function textOf(node: Node): string {
  const at = resolve(node);
  return at.kind === 'scalar' ? keyText(at.value) : '';
}
