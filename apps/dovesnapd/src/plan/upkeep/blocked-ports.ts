import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AclTrouble } from '../../domain/acl-trouble.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { uplinkOf } from '../../domain/host-ports.ts';
import { gatewayDrift } from '../faucet/faucet-drift.ts';
import { gatewayAcls } from '../faucet/gateway-interface.ts';
import { vlanOutAcls, vlanOutDrift } from '../faucet/vlan-out-acls.ts';
import { portsForFaucet } from '../interfaces/other-port-edits.ts';
import { droppedAmong } from './acl-troubles.ts';

/**
 * The ports of a network, by name, that are to be blocked, and why: those without a container have no link of ours
 * that could be taken down. Where the ACL on the output of the VLAN does not hold, everything of the network is closed, but
 * for its uplink: that may be the only way to the host.
 *
 * @param hasBegun Whether what is written of the network as a whole has been right before.
 */
export function portsToBlock(
  network: AttachedNetwork,
  model: FaucetModel,
  troubles: readonly AclTrouble[],
  hasBegun: boolean,
): ReadonlyMap<string, string> {
  const outDrift = hasBegun ? vlanOutDrift(network, model) : undefined;
  const out =
    droppedAmong(vlanOutAcls(network) ?? [], troubles)?.sentence ??
    (outDrift && `the network ${outDrift}`);
  const uplink = uplinkOf(network.spec);
  const blocked = new Map<string, string>();
  if (network.spec.mode !== 'flat' && network.record.gatewayBefore !== undefined) {
    const drift = hasBegun ? gatewayDrift(network, model) : undefined;
    const why =
      (drift && `its interface in faucet.yaml ${drift}`) ??
      droppedAmong(gatewayAcls(network, model), troubles)?.sentence ??
      out;
    if (why !== undefined) blocked.set(network.spec.bridge, why);
  }
  for (const { name, acls, gone } of portsForFaucet(
    network,
    network.observation.otherPorts,
    model,
  )) {
    if (gone || name === uplink?.name) continue;
    const why = droppedAmong(acls, troubles)?.sentence ?? out;
    if (why !== undefined) blocked.set(name, why);
  }
  return blocked;
}
