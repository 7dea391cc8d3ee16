import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { derivedAclEdits, staleDerivedAcls } from './derived-acls.ts';

/** The step that puts right what faucet.yaml has for the features of a network, after all other edits of it. */
export function featureStep(network: AttachedNetwork): EditStep {
  return (model) => [
    ...network.spec.features.flatMap((feature) => feature.edits?.(network, model) ?? []),
    ...derivedAclEdits(network, model),
  ];
}

/** Whether what faucet.yaml has for the features of a network lets its ports be opened. */
export function areFeaturesWritten(network: AttachedNetwork, model: FaucetModel): boolean {
  return staleDerivedAcls(network, model).size === 0;
}
