import type { AttachedNetwork } from '../../domain/attached-network.ts';
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
  const { inFaucet } = network.others;
  const fresh = ports.filter((port) => inFaucet.get(port.ofPort) !== port.name);
  if (fresh.length === 0) return;
  for (const { ofPort, name } of fresh) inFaucet.set(ofPort, name);
  await commitNetwork(parts, network);
}
