import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { removalEdits } from '../../plan/faucet/faucet-edits.ts';
import type { Parts } from '../parts.ts';
import type { FaucetDesk } from './faucet-desk.ts';

/**
 * Makes the function that takes a network out of faucet.yaml. It throws when that cannot be done now, and does it then as
 * soon as the file is mended.
 */
export function removeDatapath(
  parts: Parts,
  desk: FaucetDesk,
): (network: AttachedNetwork) => Promise<void> {
  const wait = { signal: parts.signal, deadline: parts.config.attachTimeout };
  const later = async (
    network: AttachedNetwork,
    edits: (model: FaucetModel) => readonly EditStep[],
  ): Promise<void> => {
    for (;;) {
      await desk.untilChange(parts.signal);
      if (parts.signal.aborted) return;
      const done = await desk.write(edits, wait).then(
        () => true,
        () => false,
      );
      if (!done) continue;
      parts.log.info({ network: network.name }, 'the network is out of faucet.yaml now');
      return;
    }
  };
  return async (network) => {
    const dp = network.name;
    if (dp === undefined) return;
    const edits = (model: FaucetModel) => removalEdits(network, dp, network.engineId, model);
    try {
      await desk.write(edits, wait);
    } catch (error) {
      void later(network, edits);
      throw error;
    }
  };
}
