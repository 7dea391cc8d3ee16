import type { NetworkSpec } from '../../domain/network-spec.ts';

/** Numbers that the features of a network keep for themselves. */
export function reservedNumbers({ features }: Pick<NetworkSpec, 'features'>): number[] {
  return features.flatMap((feature) => feature.reservedNumbers ?? []);
}
