import { type Merged, noDps, type Section, type SourceEntry } from '../model/merge-includes.ts';
import type { Problem } from '../types.ts';
import { entryOf, plainOf, resolve } from '../yaml/node.ts';
import { keyText } from '../yaml/value.ts';
import { type AclUse, checkShared, findAclUses } from './acl-uses.ts';
import { checkAcl } from './check-acl.ts';
import { checkActionPorts, checkActions } from './check-actions.ts';
import { checkAllDps, checkDp } from './check-dp.ts';
import { showNode } from './check-keys.ts';
import { below, type CheckLog, logToProblems, report, type Spot } from './check-log.ts';
import { checkMatches } from './check-match.ts';
import { checkMeter, checkRouter } from './check-meters.ts';
import { checkNfvPorts } from './check-nfv-port.ts';
import { checkPortReferences, checkStack } from './check-ports.ts';
import { checkTunnels, tunnelsOf } from './check-tunnels.ts';
import { checkDuplicateVids, checkVlan } from './check-vlan.ts';
import { type NetworkFacts, networkFacts } from './network-facts.ts';

/** Returns all problems of merged files. Files that are not YAML are not checked further. */
export function checkMerged(merged: Merged): Problem[] {
  if (merged.problems.some((problem) => problem.code === 'SYNTAX')) return [...merged.problems];
  const log: CheckLog = [];
  checkTop(merged, log);
  const network = networkFacts(merged, log);
  checkShapes(merged, network);
  checkAllDps(network);
  checkDuplicateVids(network.vlans);
  checkPortReferences(network);
  checkStack(network);
  const uses = findAclUses(network);
  checkUsedAcls(network, uses);
  checkShared(uses);
  checkNfvPorts(network, uses);
  checkTunnels(network, uses);
  return [...merged.problems, ...logToProblems(log)];
}

function checkTop(merged: Merged, log: CheckLog): void {
  const [main] = merged.files;
  const root = main?.parsed.root === undefined ? undefined : resolve(main.parsed.root);
  if (main === undefined || root?.kind !== 'map') return;
  const spot: Spot = { file: main, path: [], log };
  const version = entryOf(root, 'version');
  if (version !== undefined) {
    const value = resolve(version.value);
    if (value.kind !== 'scalar' || (value.value !== 2n && value.value !== 2)) {
      const message = `${showNode(version.value)} must be 2, the only version there is`;
      report(below(spot, 'version'), version.value, 'BAD_VALUE', message);
    }
  }
  const known = merged.problems.some((problem) => problem.code === 'NO_DPS');
  if (merged.sections.dps.size === 0 && merged.complete && !known) {
    report(below(spot, 'dps'), entryOf(root, 'dps')?.key ?? root, 'NO_DPS', noDps);
  }
}

/**
 * Checks each entry on its own. Faucet reads the other sections once per datapath, so they are not checked without one.
 */
function checkShapes(merged: Merged, network: NetworkFacts): void {
  const each = (section: Section, check: (spot: Spot, entry: SourceEntry) => void): void => {
    for (const entry of merged.sections[section].values()) {
      const path = [section, keyText(entry.key.value)];
      check({ file: entry.file, path, log: network.log }, entry);
    }
  };
  each('dps', checkDpEntry);
  for (const dp of network.dps) checkDp(dp);
  if (merged.sections.dps.size === 0) return;
  each('vlans', (spot, entry) => checkVlan(spot, entry.key.value, entry.key, entry.value));
  each('acls', (spot, entry) => checkAcl(spot, entry.key, entry.value));
  each('meters', (spot, entry) => checkMeter(spot, entry.key, entry.value));
  each('routers', (spot, entry) => checkRouter(network, spot, entry.key, entry.value));
  checkGlobalVlans(network);
}

function checkDpEntry(spot: Spot, entry: SourceEntry): void {
  if (resolve(entry.value).kind !== 'map') {
    report(spot, entry.key, 'WRONG_TYPE', `${showNode(entry.value)} must be a map`);
  } else if (typeof entry.key.value !== 'string') {
    const message = 'the name of a datapath must be a string; put it in double quotes';
    report(spot, entry.key, 'BAD_KEY', message);
  }
}

function checkGlobalVlans(network: NetworkFacts): void {
  for (const dp of network.dps) {
    const vid = plainOf(dp.map, 'global_vlan');
    if (typeof vid !== 'bigint' || vid === 0n) continue;
    if (!network.vlans.some((vlan) => vlan.vid === vid)) continue;
    report(below(dp.spot, 'global_vlan'), dp.at, 'CONFLICT', `VLAN ${vid} is in use`);
  }
}

function checkUsedAcls(network: NetworkFacts, uses: readonly AclUse[]): void {
  for (const acl of network.acls.values()) {
    const mine = uses.filter((use) => use.acl === acl);
    const hasTunnel = tunnelsOf(acl).length > 0;
    const severity = mine.length > 0 || hasTunnel ? 'refused' : 'wrong';
    const onVlan = mine.some((use) => use.place.startsWith('vlan'));
    const onPort = mine.some((use) => use.place === 'port');
    // an ACL with a tunnel is on every datapath, and on each one once without a port
    const byPort = onPort && !hasTunnel ? 'in_port' : undefined;
    const overwritten = onVlan ? 'vlan_vid' : byPort;
    const dps = new Set(hasTunnel ? network.dps : mine.map((use) => use.dp));
    for (const rule of acl.rules) {
      checkMatches(rule.spot, rule.map, overwritten, severity);
      checkActions(network, rule, severity);
      for (const dp of dps) checkActionPorts(rule, dp);
    }
  }
}
