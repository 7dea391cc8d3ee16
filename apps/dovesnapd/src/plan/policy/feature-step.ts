import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';

/** The step that puts right what faucet.yaml has for the features of a network, after all other edits of it. */
export function featureStep(network: AttachedNetwork): EditStep {
  return (model) =>
    network.spec.features.flatMap((feature) => feature.edits?.(network, model) ?? []);
}

/** Whether what faucet.yaml has for the features of a network lets its ports be opened. */
export function areFeaturesWritten(network: AttachedNetwork, model: FaucetModel): boolean {
  return network.spec.features.every((feature) => feature.isWritten?.(network, model) ?? true);
}
