import { matchFields, oldMatchFields } from '../model/key-tables.ts';
import type { ProblemSeverity } from '../types.ts';
import { entryOf, hasKey, type MapNode, mapOf, type Node, plainOf, resolve } from '../yaml/node.ts';
import { keyId } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';
import { checkCtValues, isBelow } from './check-ct.ts';
import { showNode } from './check-keys.ts';
import { below, isFalsy, report, type Spot } from './check-log.ts';
import { matchError } from './check-match.ts';
import {
  asInt,
  type DpFacts,
  findPort,
  isNull,
  type NetworkFacts,
  type RuleFacts,
} from './network-facts.ts';

/** Returns the actions map of a rule. */
export function actionsOf(rule: MapNode): MapNode | undefined {
  const entry = entryOf(rule, 'actions');
  const actions = entry === undefined ? undefined : resolve(entry.value);
  return actions?.kind === 'map' ? actions : undefined;
}

/** Returns the output actions of a rule in either form, each with its position. */
export function outputsOf(rule: RuleFacts): { spot: Spot; map: MapNode }[] {
  const entry = entryOf(actionsOf(rule.map), 'output');
  const output = entry === undefined ? undefined : resolve(entry.value);
  const spot = below(rule.spot, 'actions', 'output');
  if (output?.kind === 'map') return [{ spot, map: output }];
  return (output?.kind === 'list' ? output.items : []).flatMap((item, i) => {
    const map = resolve(item);
    return map.kind === 'map' ? [{ spot: below(spot, String(i)), map }] : [];
  });
}

/**
 * Checks what the actions of a rule need wherever the ACL is used: meters, field values, keys that cannot be used together.
 */
export function checkActions(
  network: NetworkFacts,
  rule: RuleFacts,
  severity: ProblemSeverity,
): void {
  const actions = actionsOf(rule.map);
  const meter = entryOf(actions, 'meter');
  if (meter !== undefined && network.complete) {
    const at = resolve(meter.value);
    const name = at.kind === 'scalar' ? at.value : null;
    if (name === null || !network.meters.has(keyId(name))) {
      const message = `there is no meter ${showNode(meter.value)}`;
      report(below(rule.spot, 'actions', 'meter'), meter.value, 'UNKNOWN_METER', message, severity);
    }
  }
  for (const { spot, map } of outputsOf(rule)) checkOutputValues(spot, map, severity);
  const ct = mapOf(actions, 'ct');
  if (ct !== undefined && plainOf(ct, 'clear') !== true) {
    checkCtValues(below(rule.spot, 'actions', 'ct'), ct, deadlyOf(severity));
  }
}

/** Keys of an output on which Faucet crashes if they are null and the ACL is used. */
const NEVER_NULL = ['pop_vlans', 'vlan_vid', 'swap_vid', 'vlan_vids', 'set_fields', 'ports'];

/** A value that Faucet crashes on does so only once the ACL is used. */
function deadlyOf(severity: ProblemSeverity): ProblemSeverity {
  return severity === 'refused' ? 'kills' : severity;
}

/** Faucet creates one action for each. This many still fit into memory. */
const MOST_POPS = 1_000_000n;

/** Checks the values of an output action, except for ports. */
export function checkOutputValues(spot: Spot, map: MapNode, severity: ProblemSeverity): void {
  const deadly = deadlyOf(severity);
  for (const [one, other] of [
    ['vlan_vid', 'vlan_vids'],
    ['port', 'ports'],
  ] as const) {
    if (!hasKey(map, one) || !hasKey(map, other)) continue;
    report(spot, map, 'CONFLICT', `${one} and ${other} cannot be used together`, severity);
  }
  for (const key of NEVER_NULL) {
    const entry = entryOf(map, key);
    if (entry === undefined || !isNull(entry.value)) continue;
    report(below(spot, key), entry.value, 'WRONG_TYPE', 'null crashes a running Faucet', deadly);
  }
  if ((asInt(plainOf(map, 'pop_vlans')) ?? 0n) > MOST_POPS) {
    const message = 'this many tags exhaust a running Faucet';
    report(below(spot, 'pop_vlans'), map, 'BAD_VALUE', message, deadly);
  }
  for (const item of itemsOf(map, 'set_fields')) {
    checkSetField(below(spot, 'set_fields'), item, severity, deadly);
  }
  for (const item of itemsOf(map, 'vlan_vids')) {
    const value = resolve(item);
    if (isInteger(item)) continue;
    const vid = value.kind === 'map' ? entryOf(value, 'vid') : undefined;
    const missing = value.kind === 'map' && vid === undefined;
    if (vid !== undefined && isInteger(vid.value)) continue;
    const message = missing
      ? 'vid is required'
      : `${showNode(vid?.value ?? item)} is not a VLAN id`;
    report(below(spot, 'vlan_vids'), item, 'BAD_VALUE', message, missing ? severity : deadly);
  }
  const failover = entryOf(map, 'failover');
  if (failover !== undefined)
    checkFailover(below(spot, 'failover'), failover.value, severity, deadly);
}

function isInteger(node: Node): boolean {
  const at = resolve(node);
  return at.kind === 'scalar' && asInt(at.value) !== undefined;
}

function itemsOf(map: MapNode, key: string): readonly Node[] {
  const entry = entryOf(map, key);
  const list = entry === undefined ? undefined : resolve(entry.value);
  return list?.kind === 'list' ? list.items : [];
}

function checkFailover(
  spot: Spot,
  node: Node,
  severity: ProblemSeverity,
  deadly: ProblemSeverity,
): void {
  const failover = resolve(node);
  if (failover.kind !== 'map') {
    report(spot, node, 'WRONG_TYPE', `${showNode(node)} must be a map`, severity);
    return;
  }
  for (const key of ['group_id', 'ports']) {
    const entry = entryOf(failover, key);
    if (entry === undefined) {
      report(spot, node, 'MISSING_KEY', `${key} must be given`, severity);
      continue;
    }
    const value = resolve(entry.value);
    const isText = value.kind === 'scalar' && typeof value.value === 'string';
    const fine = key === 'ports' ? value.kind !== 'scalar' || isText : isBelow(value, 2n ** 32n);
    if (fine) continue;
    const wanted = key === 'ports' ? 'a list of ports' : 'an integer below 2^32';
    const message = `${showNode(value)} must be ${wanted}; this crashes a running Faucet`;
    report(below(spot, key), entry.value, 'BAD_VALUE', message, deadly);
  }
}

function checkSetField(
  spot: Spot,
  item: Node,
  severity: ProblemSeverity,
  deadly: ProblemSeverity,
): void {
  const map = resolve(item);
  const [entry, ...more] = map.kind === 'map' ? map.entries : [];
  if (entry === undefined || more.length > 0) {
    const message = 'each item must be a map of one field; anything else crashes a running Faucet';
    report(spot, item, 'BAD_VALUE', message, deadly);
    return;
  }
  const written = keyText(entry.key.value);
  const field = oldMatchFields[written] ?? written;
  const at = below(spot, written);
  if (!(field in matchFields)) {
    report(at, entry.key, 'BAD_VALUE', 'there is no such field', severity);
    return;
  }
  const error = matchError(field, entry.value);
  if (error !== undefined) report(at, entry.value, 'BAD_VALUE', error, severity);
}

/** Checks the output ports of a rule, which must exist on every datapath that uses the ACL. */
export function checkActionPorts(rule: RuleFacts, dp: DpFacts): void {
  const mirror = entryOf(actionsOf(rule.map), 'mirror');
  if (mirror !== undefined) checkPort(below(rule.spot, 'actions', 'mirror'), mirror.value, dp);
  for (const { spot, map } of outputsOf(rule)) {
    const port = entryOf(map, 'port');
    if (port !== undefined) checkPort(below(spot, 'port'), port.value, dp);
    for (const item of itemsOf(map, 'ports')) checkPort(below(spot, 'ports'), item, dp);
    const failover = entryOf(map, 'failover');
    const inner = failover === undefined ? undefined : resolve(failover.value);
    if (inner?.kind !== 'map' || isFalsy(inner)) continue;
    for (const item of itemsOf(inner, 'ports'))
      checkPort(below(spot, 'failover', 'ports'), item, dp);
  }
}

function checkPort(spot: Spot, node: Node, dp: DpFacts): void {
  const at = resolve(node);
  if (findPort(dp, at.kind === 'scalar' ? at.value : undefined) !== undefined) return;
  const message = `there is no port ${showNode(node)} on ${dp.name}, which uses this ACL`;
  report(spot, node, 'UNKNOWN_PORT', message);
}
