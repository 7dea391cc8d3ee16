import { planExternalIds } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { treatmentsOn } from '../../domain/network-feature.ts';
import { changePortRecord } from '../../domain/record.ts';
import { portRecord } from '../../plan/networks/bridge-spec.ts';
import type { Parts } from '../core/parts.ts';

/** Writes what the rows of ports remember, in one transaction. @throws DovesnapError `OVS_AWAY`. */
export async function commitRecords(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const { engineId } = network.spec;
  const known = treatmentsOn(network.spec);
  await parts.ovs.commit((state) =>
    ports.flatMap((port) =>
      planExternalIds(
        state,
        'Interface',
        port.hostLink,
        changePortRecord(portRecord(network.spec, port, engineId), known),
      ),
    ),
  );
}

/**
 * Writes in the background what the row of a port remembers, as often as it takes, while it is `wanted`. `what` follows
 * "could not".
 */
export function keepRecording(
  parts: Parts,
  network: AttachedNetwork,
  port: Port,
  { what, wanted }: { readonly what: string; readonly wanted: () => boolean },
): void {
  const commit = async (): Promise<void> => {
    if (wanted()) await commitRecords(parts, network, [port]);
  };
  parts.retries.keepTrying({ what, network }, commit, network.life);
}
