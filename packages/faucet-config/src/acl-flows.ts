import type { AclFlow, FaucetModel } from './types.ts';

/** Priority of the first rule in Faucet's port ACL table: 9099 below OpenFlow's middle, `_FILTER_PRIORITY` of faucet 1.10.12. */
const firstPriority = 20480;

/** The flows that Faucet installs. */
export function expectedAclFlows(model: FaucetModel, aclNames: readonly string[]): AclFlow[] {
  const rules = aclNames.flatMap((name) => model.acls.get(name)?.rules ?? []);
  return rules.map((rule, i) => ({ priority: firstPriority - i, verdict: rule.verdict }));
}
