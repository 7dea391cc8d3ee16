import { planExternalIds } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { formatBridgeRecord } from '../../domain/record.ts';
import { bridgeRecord } from '../../plan/networks/bridge-spec.ts';
import type { Parts } from '../core/parts.ts';

/** Writes what the bridge's row remembers of its network. @throws DovesnapError `OVS_AWAY`. */
export async function commitNetwork(
  parts: Pick<Parts, 'ovs'>,
  network: AttachedNetwork,
): Promise<void> {
  const record = formatBridgeRecord(bridgeRecord(network, network.spec.engineId));
  await parts.ovs.commit((state) => planExternalIds(state, 'Bridge', network.spec.bridge, record));
}
