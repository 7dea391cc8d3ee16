import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { localOwner, planGatewayInterface } from './gateway-interface.ts';

/**
 * @throws DovesnapError `CONFLICT` when the network's name or id belongs to another datapath of the file, or the datapath
 * that an operator has declared for it says otherwise than the network needs.
 */
export function checkDatapath(network: AttachedNetwork, dp: string, model: FaucetModel): void {
  const conflict = datapathConflict(network, dp, model);
  if (conflict !== undefined) throw new DovesnapError('CONFLICT', conflict);
}

function datapathConflict(
  network: AttachedNetwork,
  dp: string,
  model: FaucetModel,
): string | undefined {
  const found = model.dps.get(dp);
  const id = `0x${network.spec.dpid.toString(16)}`;
  if (found !== undefined && found.dpId !== network.spec.dpid) {
    const other = `0x${(found.dpId ?? 0n).toString(16)}`;
    return `faucet.yaml already has a datapath "${dp}" with dp_id ${other}, network ${dp} has ${id}: rename the network or give it that ovs.bridge.dpid`;
  }
  const sameId = [...model.dps.values()].find(
    (item) => item.dpId === network.spec.dpid && item.name !== dp,
  );
  if (sameId !== undefined) {
    return `dp_id ${id} of network ${dp} belongs to datapath "${sameId.name}" in faucet.yaml: give the network another ovs.bridge.dpid`;
  }
  if (found !== undefined && Array.isArray(found.raw.dp_acls) && found.raw.dp_acls.length > 0) {
    return `datapath "${dp}" of faucet.yaml has dp_acls, which rule out ACLs on its ports: give network ${dp} another ovs.bridge.dpid`;
  }
  const [ofFeature] = network.spec.features.flatMap(
    (feature) => feature.conflict?.(network, model) ?? [],
  );
  if (ofFeature !== undefined) return ofFeature;
  const { conflict } = planGatewayInterface(network, model);
  return conflict === undefined
    ? undefined
    : `the ${localOwner(network.spec)}'s interface 4294967294 of datapath "${dp}" in faucet.yaml ${conflict}: neither gives way to the other`;
}
