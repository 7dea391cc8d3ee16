import { planExternalIds } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { formatNetworkRecord } from '../../domain/record.ts';
import { networkRecord } from '../../plan/networks/bridge-spec.ts';
import type { Parts } from '../core/parts.ts';

/** Writes what the bridge's row remembers of its network. @throws DovesnapError `OVS_AWAY`. */
export async function commitNetwork(
  parts: Pick<Parts, 'ovs'>,
  network: AttachedNetwork,
): Promise<void> {
  const record = formatNetworkRecord(networkRecord(network, network.engineId));
  await parts.ovs.commit((state) => planExternalIds(state, 'Bridge', network.spec.bridge, record));
}
