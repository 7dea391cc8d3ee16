import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { newNetworkEdits } from '../../plan/pool/new-network-edits.ts';
import type { FaucetDesk } from './faucet-desk.ts';

/**
 * Checks that Faucet would take faucet.yaml with a new network in it, as far as that can be foreseen: a file that is broken
 * already says nothing of the network.
 * @throws DovesnapError `FAUCET_REFUSED`.
 */
export async function checkInFaucet(
  desk: Pick<FaucetDesk, 'objection'>,
  network: AttachedNetwork,
): Promise<void> {
  const why = await desk.objection((model) => newNetworkEdits(network, model));
  if (why === undefined) return;
  throw new DovesnapError(
    'FAUCET_REFUSED',
    `Faucet would refuse faucet.yaml with this network in it: ${why}`,
  );
}
