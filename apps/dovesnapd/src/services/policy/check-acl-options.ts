import { namedAcls } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { emptyRecord } from '../../domain/network-record.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { vlanOutObstacle } from '../../plan/faucet/vlan-out-acls.ts';
import { checkAclsExist, checkPortAcls } from '../../plan/policy/known-acls.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { checkVlanOut } from '../faucet/vlan-out.ts';
import { checkMeters } from './check-meters.ts';
import { checkReplaceable, checkRules } from './check-rules.ts';

/**
 * Checks a new network's ACL options against faucet.yaml, as far as they hold whatever its name will be.
 * @throws DovesnapError `UNKNOWN_ACL`, `BAD_ACL`, `CONFLICT`, `FAUCET_FILE`.
 */
export async function checkAclOptions(
  parts: Parts,
  desk: FaucetDesk,
  registry: Registry,
  network: AttachedNetwork,
): Promise<void> {
  const { spec } = network;
  const { defaultAcl, natAcl, vlanOutAcl } = spec;
  const [byDefault, ofGateway, out] = [defaultAcl, natAcl, vlanOutAcl].map(namedAcls);
  const hasAcls = [byDefault, ofGateway, out].some((acls) => acls !== undefined && acls.length > 0);
  if (!hasAcls) return;
  const model = await desk.model();
  checkPortAcls(model, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkPortAcls(model, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  checkAclsExist(model, out ?? [], 'option ovs.bridge.vlan_out_acl');
  checkMeters(model, desk.problems, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkMeters(model, desk.problems, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  checkRules(desk.problems, model, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkRules(desk.problems, model, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  checkRules(desk.problems, model, out ?? [], 'option ovs.bridge.vlan_out_acl');
  const policy = { acls: byDefault ?? [], treatments: noTreatments };
  checkReplaceable(network, model, policy, 'option ovs.bridge.default_acl');
  const obstacle = vlanOutObstacle(spec, model);
  if (obstacle !== undefined) {
    throw new DovesnapError('CONFLICT', `option ovs.bridge.vlan_out_acl is refused: ${obstacle}`);
  }
  if (vlanOutAcl.byNetwork.size > 0) return;
  checkVlanOut({ spec, record: emptyRecord() }, registry.all(), await parts.engineId(), model);
}
