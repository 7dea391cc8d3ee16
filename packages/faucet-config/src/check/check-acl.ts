import {
  aclTable,
  actionsTable,
  ctTable,
  natTable,
  outputTable,
  ruleTable,
} from '../model/key-tables.ts';
import {
  entryOf,
  hasKey,
  type ListNode,
  type MapNode,
  type Node,
  plainOf,
  resolve,
} from '../yaml/node.ts';
import { checkKeys, showNode } from './check-keys.ts';
import { below, isFalsy, report, type Spot } from './check-log.ts';
import { asInt, isNull, ruleMap } from './network-facts.ts';

/** Checks an ACL on its own, whether it is used or not: `ACL.__init__` and `ACL.check_config` of faucet 1.10.12. */
export function checkAcl(spot: Spot, at: Node, node: Node): void {
  const value = resolve(node);
  if (value.kind === 'scalar') {
    report(spot, at, 'WRONG_TYPE', `${showNode(value)} must be a list of rules`);
    return;
  }
  if (value.kind === 'list') {
    checkRules(spot, at, value);
    return;
  }
  checkKeys(spot, value, aclTable);
  const entry = entryOf(value, 'rules');
  if (entry === undefined) {
    report(spot, at, 'ACL_EMPTY', 'an ACL must have rules');
    return;
  }
  const rules = resolve(entry.value);
  if (rules.kind === 'list') checkRules(below(spot, 'rules'), entry.key, rules);
  else if (rules.kind === 'scalar' && typeof rules.value !== 'string') {
    const message = `${showNode(rules)} must be a list; it crashes a running Faucet`;
    report(below(spot, 'rules'), entry.value, 'WRONG_TYPE', message, 'kills');
  }
}

function checkRules(spot: Spot, at: Node, rules: ListNode): void {
  if (rules.items.length === 0) {
    report(
      spot,
      at,
      'ACL_EMPTY',
      'an ACL must have rules; one that stops everything has {actions: {allow: 0}}',
    );
  }
  for (const [i, item] of rules.items.entries()) {
    const rule = ruleMap(item);
    const inner = below(spot, String(i));
    if (rule === undefined) report(inner, item, 'WRONG_TYPE', `${showNode(item)} must be a map`);
    else checkRule(inner, rule);
  }
}

function checkRule(spot: Spot, rule: MapNode): void {
  if (!checkKeys(spot, rule, ruleTable)) return;
  const cookie = entryOf(rule, 'cookie');
  if (cookie !== undefined) {
    const value = asInt(plainOf(rule, 'cookie'));
    if (value === undefined) {
      report(
        below(spot, 'cookie'),
        cookie.value,
        'WRONG_TYPE',
        'null crashes a running Faucet',
        'kills',
      );
    } else if (value < 0n || value > 65536n) {
      report(below(spot, 'cookie'), cookie.value, 'BAD_VALUE', 'it must be from 0 to 65536');
    }
  }
  const entry = entryOf(rule, 'actions');
  if (entry === undefined) return;
  const actions = resolve(entry.value);
  const at = below(spot, 'actions');
  if (actions.kind !== 'map' || actions.entries.length === 0) {
    const message = 'actions must name one; leave the key out for a rule that drops';
    report(at, entry.key, 'ACL_EMPTY', message);
    return;
  }
  if (!checkKeys(at, actions, actionsTable)) return;
  const output = entryOf(actions, 'output');
  if (output !== undefined) checkOutput(below(at, 'output'), output.value);
  const ct = entryOf(actions, 'ct');
  if (ct !== undefined) checkCt(below(at, 'ct'), ct.value);
}

function checkOutput(spot: Spot, node: Node): void {
  const output = resolve(node);
  if (output.kind === 'map') {
    checkOutputMap(spot, output);
    return;
  }
  if (output.kind !== 'list') {
    report(spot, node, 'WRONG_TYPE', `${showNode(node)} must be a map or a list of maps`);
    return;
  }
  for (const [i, item] of output.items.entries()) {
    const value = resolve(item);
    const at = below(spot, String(i));
    if (value.kind === 'map') {
      if (value.entries.length > 1) {
        report(at, item, 'BAD_VALUE', 'each item of an ordered output has one action');
      }
      checkOutputMap(at, value);
    } else {
      const deadly = value.kind === 'scalar' && typeof value.value !== 'string';
      const message = `${showNode(item)} must be a map${deadly ? '; it crashes a running Faucet' : ''}`;
      report(at, item, 'WRONG_TYPE', message, deadly ? 'kills' : 'refused');
    }
  }
}

function checkOutputMap(spot: Spot, output: MapNode): void {
  if (!checkKeys(spot, output, outputTable)) return;
  const tunnel = entryOf(output, 'tunnel');
  if (tunnel !== undefined && isNull(tunnel.value)) {
    const message = 'null crashes a running Faucet; leave the key out';
    report(below(spot, 'tunnel'), tunnel.value, 'TUNNEL', message, 'kills');
  }
}

function checkCt(spot: Spot, node: Node): void {
  const ct = resolve(node);
  if (ct.kind !== 'map') {
    report(spot, node, 'WRONG_TYPE', `${showNode(node)} must be a map`);
    return;
  }
  if (!checkKeys(spot, ct, ctTable)) return;
  if (!isFalsy(entryOf(ct, 'clear')?.value)) {
    if (ct.entries.length > 1) {
      report(spot, node, 'CONFLICT', 'clear cannot be combined with anything else');
    }
    return;
  }
  for (const key of ['table', 'zone']) {
    if (!hasKey(ct, key)) report(spot, node, 'MISSING_KEY', `${key} must be given`);
  }
  const nat = entryOf(ct, 'nat');
  const value = nat === undefined ? undefined : resolve(nat.value);
  if (nat === undefined || value === undefined) return;
  if (value.kind === 'map') checkKeys(below(spot, 'nat'), value, natTable);
  else report(below(spot, 'nat'), nat.value, 'WRONG_TYPE', `${showNode(value)} must be a map`);
}
