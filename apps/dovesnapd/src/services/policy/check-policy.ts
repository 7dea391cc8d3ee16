import type { FaucetModel, Problem } from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { claimOf, claimSentence } from '../../plan/faucet/claimed-numbers.ts';
import { checkDatapath } from '../../plan/faucet/datapath-conflict.ts';
import { vlanOutAcls } from '../../plan/faucet/vlan-out-acls.ts';
import { checkPortAcls } from '../../plan/policy/known-acls.ts';
import type { AclPolicy } from '../../plan/policy/policy-acls.ts';
import { checkMeters } from './check-meters.ts';
import { checkReplaceable, checkRules } from './check-rules.ts';

/**
 * Checks that faucet.yaml lets a port of a container's be open under this policy.
 * @throws DovesnapError `CONFLICT`, `UNKNOWN_ACL`, `BAD_ACL`.
 */
export function checkPolicy(
  model: FaucetModel,
  problems: readonly Problem[],
  network: AttachedNetwork,
  port: Port,
  policy: AclPolicy,
): void {
  const { acls } = policy;
  const whose = whosePort(port, network);
  checkDatapath(network, network.record.name ?? '', model);
  const claim = claimOf(network, port, model);
  if (claim !== undefined) {
    throw new DovesnapError(
      'CONFLICT',
      `${claimSentence(network.record, claim)}: it is that of ${whose}`,
    );
  }
  checkPortAcls(model, acls, whose);
  checkMeters(model, problems, acls, whose);
  checkRules(problems, model, acls, whose);
  checkRules(problems, model, vlanOutAcls(network) ?? [], 'option ovs.bridge.vlan_out_acl');
  checkReplaceable(network, model, policy, whose);
}

function whosePort(port: Port, network: AttachedNetwork): string {
  const container = port.endpoint?.container;
  return container === undefined
    ? `network ${network.record.name ?? network.spec.id.slice(0, 12)}`
    : `container ${container.name}`;
}
