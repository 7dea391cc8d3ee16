import { namedAcls } from '../domain/acl-choice.ts';
import type { NetworkSpec } from '../domain/network.ts';
import type { FaucetDesk } from './faucet-desk.ts';
import { checkAclsExist } from './policy.ts';

/**
 * Checks a new network's ACL options against faucet.yaml, whatever its name will be.
 * @throws DovesnapError `UNKNOWN_ACL`, `FAUCET_FILE`.
 */
export async function checkAclOptions(desk: FaucetDesk, spec: NetworkSpec): Promise<void> {
  const named = {
    'ovs.bridge.default_acl': namedAcls(spec.defaultAcl),
    'ovs.bridge.nat_acl': namedAcls(spec.natAcl),
  };
  if (Object.values(named).flat().length === 0) return;
  const model = await desk.model();
  for (const [key, acls] of Object.entries(named)) checkAclsExist(model, acls, `option ${key}`);
}
