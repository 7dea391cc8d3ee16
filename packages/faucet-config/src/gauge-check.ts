import { checkKeys, showNode } from './check-keys.ts';
import { below, type CheckLog, logToProblems, report, type Spot } from './check-log.ts';
import { parseText } from './document.ts';
import {
  entryOf,
  listOf,
  type MapNode,
  type Node,
  plainOf,
  resolve,
  valueUnder as valueAt,
} from './node.ts';
import { toProblems } from './problem.ts';
import type { Problem } from './types.ts';
import { keyText } from './value.ts';

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

/** Every change of faucet.yaml starts the counting anew after up to one interval; longer ones starve the counters. */
const longestIntervalS = 5;

/**
 * Everything that Gauge (1.10.12) would refuse in a gauge.yaml, die of, or take and do wrong. `dps` of the watchers are
 * compared with `knownDps` when that is given.
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
    const dbs = sectionOf(spot, root, 'dbs');
    const watchers = sectionOf(spot, root, 'watchers');
    for (const [name, db] of dbs) checkDb(below(spot, 'dbs', name), db);
    for (const [name, watcher] of watchers) {
      checkWatcher(below(spot, 'watchers', name), watcher, dbs, options.knownDps);
    }
  }
  return logToProblems(log);
}

function checkTop(spot: Spot, root: MapNode): void {
  const configs = valueAt(root, 'faucet_configs');
  const inline = valueAt(root, 'faucet');
  if (configs === undefined && inline === undefined) {
    report(spot, root, 'MISSING_KEY', 'faucet_configs must list the faucet.yaml to watch');
  } else if (configs !== undefined && configs.kind !== 'list') {
    const message = `${showNode(configs)} must be a list of paths`;
    report(below(spot, 'faucet_configs'), configs, 'WRONG_TYPE', message);
  }
}

/** Gauge looks these up without asking whether they are there: it ends with a traceback. */
function sectionOf(spot: Spot, root: MapNode, key: string): ReadonlyMap<string, MapNode> {
  const entry = entryOf(root, key);
  const value = entry === undefined ? undefined : resolve(entry.value);
  if (value?.kind !== 'map') {
    report(spot, entry?.value ?? root, 'MISSING_KEY', `${key} must be a map`, 'kills');
    return new Map();
  }
  return new Map(
    value.entries.flatMap((one) => {
      const name = keyText(one.key.value);
      const inner = resolve(one.value);
      if (inner.kind === 'map') return [[name, inner] as const];
      const message = `${showNode(inner)} must be a map`;
      report(below(spot, key, name), one.value, 'WRONG_TYPE', message, 'kills');
      return [];
    }),
  );
}

function checkDb(spot: Spot, db: MapNode): void {
  checkKeys(spot, db, dbKeys);
  const type = plainOf(db, 'type');
  if (typeof type === 'string' && dbTypes.includes(type)) return;
  const at = entryOf(db, 'type')?.value ?? db;
  report(spot, at, 'BAD_VALUE', `type must be one of ${dbTypes.join(', ')}`);
}

function checkWatcher(
  spot: Spot,
  watcher: MapNode,
  dbs: ReadonlyMap<string, MapNode>,
  knownDps: ReadonlySet<string> | undefined,
): void {
  checkKeys(spot, watcher, watcherKeys);
  const allDps = plainOf(watcher, 'all_dps') === true;
  const dps = valueAt(watcher, 'dps');
  if (allDps && dps !== undefined) {
    report(spot, dps, 'CONFLICT', 'all_dps and dps exclude each other');
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
  checkWatcherDbs(spot, watcher, dbs);
  checkWatcherType(spot, watcher, dbs);
}

function checkWatcherDbs(spot: Spot, watcher: MapNode, dbs: ReadonlyMap<string, MapNode>): void {
  const named = dbNodesOf(watcher);
  if (named.length === 0) report(spot, watcher, 'MISSING_KEY', 'db or dbs is needed');
  for (const db of named) {
    if (dbs.has(textOf(db))) continue;
    report(spot, db, 'UNKNOWN_DB', `there is no ${showNode(db)} in dbs`, 'kills');
  }
}

function checkWatcherType(spot: Spot, watcher: MapNode, dbs: ReadonlyMap<string, MapNode>): void {
  const type = plainOf(watcher, 'type');
  const at = entryOf(watcher, 'type')?.value ?? watcher;
  if (typeof type !== 'string' || !watcherTypes.includes(type)) {
    report(spot, at, 'BAD_VALUE', `type must be one of ${watcherTypes.join(', ')}`);
  } else if (type === 'flow_table') {
    const message = 'Gauge ends when a switch shows a table that its copy of faucet.yaml has not';
    report(spot, at, 'GAUGE', message, 'wrong');
  } else if (type === 'meter_stats' && dbNodesOf(watcher).some((db) => isPrometheus(dbs, db))) {
    const message = 'meters never reach Prometheus: Gauge asks the switch for ports instead';
    report(spot, at, 'GAUGE', message, 'wrong');
  }
  const interval = plainOf(watcher, 'interval') ?? 30n;
  if (type !== 'port_stats' || typeof interval !== 'bigint') return;
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

function isPrometheus(dbs: ReadonlyMap<string, MapNode>, db: Node): boolean {
  const map = dbs.get(textOf(db));
  return map !== undefined && plainOf(map, 'type') === 'prometheus';
}

function textOf(node: Node): string {
  const at = resolve(node);
  return at.kind === 'scalar' ? keyText(at.value) : '';
}
