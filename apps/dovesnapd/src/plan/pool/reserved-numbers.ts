import type { AttachedNetwork } from '../../domain/attached-network.ts';

/** Numbers that the features of a network keep for themselves. */
export function reservedNumbers({ features }: Pick<AttachedNetwork, 'features'>): number[] {
  return features.flatMap((feature) => feature.reservedNumbers ?? []);
}
