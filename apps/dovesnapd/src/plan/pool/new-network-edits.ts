import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import { aclsFor } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { allowAllAcl } from '../../domain/names.ts';
import { networkEdits } from '../faucet/faucet-edits.ts';
import { vlanOutEdits } from '../faucet/vlan-out-acls.ts';
import { newPorts } from './pool-choice.ts';

/**
 * The edits by which a network that is about to be made would first come into faucet.yaml, with one port. Docker has not
 * told its name yet: its bridge's stands in for it. None for a datapath that is there already.
 */
export function newNetworkEdits(network: AttachedNetwork, model: FaucetModel): EditStep[] {
  const { bridge, defaultAcl } = network.spec;
  const name = model.dps.has(bridge) ? `${bridge}-new` : bridge;
  if ([...model.dps.values()].some(({ dpId }) => dpId === network.spec.dpid)) return [];
  const named = { ...network, record: { ...network.record, name } };
  const ports = newPorts(named, 1, aclsFor(defaultAcl, name) ?? [allowAllAcl], []);
  return [
    ...vlanOutEdits(named, network.spec.engineId, model),
    ...networkEdits(named, name, ports, network.spec.engineId, model),
  ];
}
