import { namedAcls } from '../domain/acl-choice.ts';
import { DovesnapError } from '../domain/error.ts';
import type { NetworkSpec } from '../domain/network.ts';
import { vlanOutObstacle } from '../plan/vlan-out.ts';
import { checkRules } from './check-rules.ts';
import type { FaucetDesk } from './faucet-desk.ts';
import type { Parts } from './parts.ts';
import { checkAclsExist, checkPortAcls } from './policy.ts';
import type { Registry } from './registry.ts';
import { checkVlanOut } from './vlan-out.ts';

/**
 * Checks a new network's ACL options against faucet.yaml, as far as they hold whatever its name will be.
 * @throws DovesnapError `UNKNOWN_ACL`, `BAD_ACL`, `CONFLICT`, `FAUCET_FILE`.
 */
export async function checkAclOptions(
  parts: Parts,
  desk: FaucetDesk,
  registry: Registry,
  spec: NetworkSpec,
): Promise<void> {
  const { defaultAcl, natAcl, vlanOutAcl } = spec;
  const [byDefault, ofGateway, out] = [defaultAcl, natAcl, vlanOutAcl].map(namedAcls);
  if (![byDefault, ofGateway, out].some((acls) => acls !== undefined && acls.length > 0)) return;
  const model = await desk.model();
  checkPortAcls(model, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkPortAcls(model, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  checkAclsExist(model, out ?? [], 'option ovs.bridge.vlan_out_acl');
  checkRules(desk.problems, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkRules(desk.problems, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  const obstacle = vlanOutObstacle(spec, model);
  if (obstacle !== undefined) {
    throw new DovesnapError('CONFLICT', `option ovs.bridge.vlan_out_acl is refused: ${obstacle}`);
  }
  if (vlanOutAcl.byNetwork.size > 0) return;
  checkVlanOut({ spec, name: undefined }, registry.all(), await parts.engineId(), model);
}
