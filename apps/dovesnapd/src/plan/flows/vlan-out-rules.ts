import { expectedAclFlows, type FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { vlanOutAcls } from '../faucet/vlan-out-acls.ts';
import { isFlowOf } from './flows-match.ts';
import type { PolicyRule } from './policy-rules.ts';

/**
 * The rules on the output of a network's VLAN as the switch has them: as those of a port, but for the VLAN, whatever VLAN
 * they name (faucet 1.10.12). None when there are none to be; undefined while faucet.yaml does not have one of the ACLs.
 */
export function vlanOutRules(
  network: AttachedNetwork,
  model: FaucetModel,
): PolicyRule[] | undefined {
  const acls = vlanOutAcls(network) ?? [];
  if (acls.length === 0) return [];
  if (acls.some((acl) => !model.acls.has(acl))) return undefined;
  const whose = acls.flatMap((acl) => model.acls.get(acl)?.rules.map(() => acl) ?? []);
  return expectedAclFlows(model, acls).map(({ priority, verdict, match }, i) => ({
    acl: whose[i],
    flow: { priority, verdict, match: match && onVlan(match, network.spec.vlan) },
  }));
}

/** Which of these rules the flows of a bridge lack; undefined while the bridge has no egress pipeline. */
export function lackingOnOutput(
  rules: readonly PolicyRule[],
  flows: readonly Flow[],
): readonly PolicyRule[] | undefined {
  // Egress flows go by where a frame is to leave, which is in its metadata; the ACLs are in the table before.
  const egress = flows.find(({ match }) => /(?:^|,)metadata=/.test(match))?.table;
  if (egress === undefined) return undefined;
  const there = flows.filter((flow) => flow.table === egress - 1);
  return rules.filter((rule) => !there.some((flow) => isFlowOf(rule.flow, flow)));
}

function onVlan(match: readonly string[], vlan: number): string[] {
  const rest = match.filter((term) => !/^(?:dl_vlan|vlan_tci)=/.test(term));
  return [...rest, `dl_vlan=${vlan}`].sort();
}
