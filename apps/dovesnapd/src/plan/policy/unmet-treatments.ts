import type { UnmetTreatment } from '../../domain/network-feature.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { Treatments } from '../../domain/treatments.ts';

/** Why a network cannot treat the traffic of its ports so; undefined if it can. */
export function unmetTreatment(
  { features }: Pick<NetworkSpec, 'features'>,
  treatment: string,
): UnmetTreatment | undefined {
  return features.find(({ treats }) => treats?.treatment.name === treatment)?.treats?.unmet;
}

/** Why a port is not treated as it asks, one for each treatment that the network cannot give. */
export function unmetTreatments(
  spec: Pick<NetworkSpec, 'features'>,
  treatments: Treatments,
): readonly UnmetTreatment[] {
  return [...treatments.keys()].flatMap((treatment) => unmetTreatment(spec, treatment) ?? []);
}
