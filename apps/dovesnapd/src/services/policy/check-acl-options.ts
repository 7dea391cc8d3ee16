import type { FaucetModel } from '@dovesnap/faucet-config';
import { namedAcls } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkSpec } from '../../domain/network.ts';
import { vlanOutObstacle } from '../../plan/faucet/vlan-out.ts';
import { isolationObstacle } from '../../plan/policy/isolation.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { checkVlanOut } from '../faucet/vlan-out.ts';
import type { Parts } from '../parts.ts';
import type { Registry } from '../registry.ts';
import { checkMeters } from './check-meters.ts';
import { checkIsolatable, checkRules } from './check-rules.ts';
import { checkAclsExist, checkPortAcls } from './policy.ts';

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
  const hasAcls = [byDefault, ofGateway, out].some((acls) => acls !== undefined && acls.length > 0);
  if (!hasAcls && !spec.isolated) return;
  const model = await desk.model();
  checkIsolation(spec, registry, model);
  checkPortAcls(model, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkPortAcls(model, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  checkAclsExist(model, out ?? [], 'option ovs.bridge.vlan_out_acl');
  checkMeters(model, desk.problems, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkMeters(model, desk.problems, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  checkRules(desk.problems, model, byDefault ?? [], 'option ovs.bridge.default_acl');
  checkRules(desk.problems, model, ofGateway ?? [], 'option ovs.bridge.nat_acl');
  checkRules(desk.problems, model, out ?? [], 'option ovs.bridge.vlan_out_acl');
  checkIsolatable(spec, model, byDefault ?? [], 'option ovs.bridge.default_acl');
  const obstacle = vlanOutObstacle(spec, model);
  if (obstacle !== undefined) {
    throw new DovesnapError('CONFLICT', `option ovs.bridge.vlan_out_acl is refused: ${obstacle}`);
  }
  if (vlanOutAcl.byNetwork.size > 0) return;
  checkVlanOut({ spec, name: undefined }, registry.all(), await parts.engineId(), model);
}

/**
 * What isolated containers send would pass by an ACL on their VLAN, whichever comes first.
 * @throws DovesnapError `CONFLICT`.
 */
function checkIsolation(spec: NetworkSpec, registry: Registry, model: FaucetModel): void {
  const onVlan = registry.all().filter((other) => other.spec.vlan === spec.vlan);
  const hasOutAcl = (one: Pick<NetworkSpec, 'vlanOutAcl'>): boolean =>
    namedAcls(one.vlanOutAcl).length > 0;
  const isolated = hasOutAcl(spec) ? onVlan.find((other) => other.spec.isolated) : undefined;
  if (isolated !== undefined) {
    throw new DovesnapError(
      'CONFLICT',
      `option ovs.bridge.vlan_out_acl is refused: it would not hold for containers of network ${nameOf(isolated)} on VLAN ${spec.vlan}, which has com.docker.network.bridge.enable_icc=false`,
    );
  }
  if (!spec.isolated) return;
  const asking = onVlan.find((other) => hasOutAcl(other.spec));
  const why =
    asking === undefined
      ? isolationObstacle(spec, model)
      : `ovs.bridge.vlan_out_acl of network ${nameOf(asking)} on VLAN ${spec.vlan} would not hold for what they send`;
  if (why === undefined) return;
  throw new DovesnapError(
    'CONFLICT',
    `option com.docker.network.bridge.enable_icc cannot be "false": ${why}`,
  );
}

function nameOf(network: AttachedNetwork): string {
  return network.name ?? network.spec.bridge;
}
