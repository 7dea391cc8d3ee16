import { planExternalIds } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { changePortRecord } from '../../domain/record.ts';
import { portRecord } from '../../plan/networks/bridge-spec.ts';
import type { Parts } from '../parts.ts';

/** Writes what the rows of ports remember, in one transaction. @throws DovesnapError `OVS_AWAY`. */
export async function commitRecords(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const { engineId } = network;
  await parts.ovs.commit((state) =>
    ports.flatMap((port) =>
      planExternalIds(
        state,
        'Interface',
        port.hostLink,
        changePortRecord(portRecord(network, port, engineId)),
      ),
    ),
  );
}
