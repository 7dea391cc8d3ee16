import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { gatewayDrift } from '../../plan/faucet/faucet-drift.ts';
import { vlanOutDrift } from '../../plan/faucet/vlan-out-acls.ts';
import type { Parts } from '../core/parts.ts';

/**
 * Makes the function that tells whether somebody can have changed what is written of a network as a whole: it has been
 * right before. Of one that was there before this daemon it is taken to have been.
 */
export function beginnings({ clock }: Pick<Parts, 'clock'>) {
  const startedAt = clock.now();
  const begun = new WeakSet<AttachedNetwork>();
  return (network: AttachedNetwork, model: FaucetModel): boolean => {
    const isRight = (gatewayDrift(network, model) ?? vlanOutDrift(network, model)) === undefined;
    if (isRight || network.spec.createdAt < startedAt) begun.add(network);
    return begun.has(network);
  };
}
