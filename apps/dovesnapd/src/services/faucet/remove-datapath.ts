import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { removalEdits } from '../../plan/faucet/faucet-edits.ts';
import type { Parts } from '../core/parts.ts';
import type { PauseEnd } from '../core/retries.ts';
import { confirmLater } from './confirm-later.ts';
import type { FaucetDesk, Written } from './faucet-desk.ts';

/**
 * Makes the function that takes a network out of faucet.yaml; `why`: it has failed before. It throws when that cannot be
 * done now. A Faucet that is slow or away is not waited for: what it refuses later is tried again in the background.
 */
export function removeDatapath(
  parts: Parts,
  desk: FaucetDesk,
): (network: AttachedNetwork, why?: PauseEnd) => Promise<void> {
  const wait = { signal: parts.signal, deadline: parts.config.attachTimeout };
  return async (network, why) => {
    const dp = network.record.name;
    if (dp === undefined) return;
    const edits = (model: FaucetModel) => removalEdits(network, dp, network.spec.engineId, model);
    const write = (again: PauseEnd | undefined): Promise<Written> =>
      desk.write(edits, { ...wait, again: again === 'due' });
    const written = await write(why);
    if (written.confirmed) return;
    const effect = { what: `remove the datapath in faucet.yaml of network ${dp}` };
    confirmLater(parts, desk, effect, { written, write });
  };
}
