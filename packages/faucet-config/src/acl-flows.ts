import { printedActions } from './acl-actions.ts';
import { printedMatch } from './acl-match.ts';
import type { AclFlow, FaucetModel } from './types.ts';

/** Priority of the first rule in Faucet's port ACL table: `_FILTER_PRIORITY` (0x5000) of faucet 1.10.12. */
const firstPriority = 20480;

/**
 * The flows that Faucet installs for one port in its port ACL table (table 0 of an Open vSwitch bridge that has one), in the
 * order of the rules: each ACL's rules in turn, one flow each, priorities from 20480 down by one. Measured with faucet
 * 1.10.12 and c65faucet 1.0.106 on Open vSwitch 3.1:
 *
 * - a rule that lets through is `goto_table:1`; one that drops, has no actions, or is empty is `drop`;
 * - a rule keeps its priority when the one before it is refused by the switch, so a gap is a missing rule;
 * - what no rule matches is dropped by the table's own flow (priority 0, no `in_port`): there is no flow of the port for it;
 * - without any ACL the port has one flow, 20480 `goto_table:1`. When a port loses its last ACL, Faucet does not delete
 *   the flows below that one; they decide nothing;
 * - with `exact_match` all flows have 20480;
 * - `meter` comes first, then `mirror`, then `output` in order, then the next table;
 * - a rule with a `cookie` has it as the cookie of its flow.
 *
 * An ACL that the model does not have contributes nothing.
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
