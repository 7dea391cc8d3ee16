import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { recordNumbers } from '../../domain/network-record.ts';
import type { Parts } from '../core/parts.ts';
import { commitNetwork } from '../records/commit-network.ts';

/**
 * What is about to be in Faucet because of us is on record before it is: a daemon that is cut off still knows, and nobody
 * takes it for an operator's meanwhile. @throws DovesnapError `OVS_AWAY`.
 */
export async function noteNumbers(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly { readonly ofPort: number; readonly name: string }[],
): Promise<void> {
  const { record } = network;
  const fresh = ports.filter(({ ofPort, name }) => record.inFaucet.get(ofPort) !== name);
  if (fresh.length === 0) return;
  recordNumbers(record, fresh);
  await commitNetwork(parts, network);
}
