import { namedAcls } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { Registry } from '../../services/core/registry.ts';
import type { FaucetDesk } from '../../services/faucet/faucet-desk.ts';
import { isolationObstacle } from './isolated-acls.ts';

/**
 * What isolated containers send would pass by an ACL on their VLAN, whichever comes first.
 * @throws DovesnapError `CONFLICT`, `FAUCET_FILE`.
 */
export async function checkIsolation(
  desk: Pick<FaucetDesk, 'model'>,
  registry: Registry,
  spec: NetworkSpec,
): Promise<void> {
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
      ? isolationObstacle(spec, await desk.model())
      : `ovs.bridge.vlan_out_acl of network ${nameOf(asking)} on VLAN ${spec.vlan} would not hold for what they send`;
  if (why === undefined) return;
  throw new DovesnapError(
    'CONFLICT',
    `option com.docker.network.bridge.enable_icc cannot be "false": ${why}`,
  );
}

function nameOf(network: AttachedNetwork): string {
  return network.record.name ?? network.spec.bridge;
}
