import type { AclFlow, FaucetModel } from '../types.ts';
import { printedActions } from './acl-actions.ts';
import { printedMatch } from './acl-match.ts';

/** Priority of the first rule in Faucet's port ACL table: `_FILTER_PRIORITY` (0x5000) of faucet 1.10.12. */
const firstPriority = 20480;

/**
 * Returns the flows that Faucet installs for one port in its port ACL table (table 0 of an Open vSwitch bridge that has
 * one), in the order of the rules. Each rule of each ACL is one flow; priorities count down from 20480 by one. Measured
 * with faucet 1.10.12 and c65faucet 1.0.106 on Open vSwitch 3.1:
 *
 * - A rule that allows is `goto_table:1`. A rule that drops, has no actions, or is empty is `drop`.
 * - If the switch refuses a rule, the next rule keeps its priority, so a gap is a missing rule.
 * - Traffic that matches no rule is dropped by the table's own flow (priority 0, no `in_port`), not by a flow of the
 *   port.
 * - Without an ACL, the port has one flow, 20480 `goto_table:1`. When a port loses its last ACL, Faucet does not delete
 *   the flows below that one, but they have no effect.
 * - With `exact_match`, all flows have priority 20480.
 * - `meter` comes first, then `mirror`, then `output` in order, then the next table.
 * - The `cookie` of a rule is the cookie of its flow.
 *
 * An ACL that is not in the model adds no flows.
 */
export function expectedAclFlows(model: FaucetModel, aclNames: readonly string[]): AclFlow[] {
  const acls = aclNames.flatMap((name) => model.acls.get(name) ?? []);
  if (aclNames.length === 0) return [{ priority: firstPriority, verdict: 'allow', match: [] }];
  const exact = acls[0]?.exactMatch === true;
  return acls
    .flatMap((acl) => acl.rules)
    .map((rule, i) => ({
      priority: exact ? firstPriority : firstPriority - i,
      verdict: rule.verdict,
      match: printedMatch(rule.match),
      ...(rule.verdict === 'other' ? { actions: printedActions(rule, model.meters) } : {}),
    }));
}
