import type { UnmetTreatment } from '../../domain/network-feature.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { Treatment, Treatments } from '../../domain/treatments.ts';

/** Why a network cannot treat the traffic of its ports so; undefined if it can. A daemon may be without the feature. */
export function unmetTreatment(
  { features }: Pick<NetworkSpec, 'features'>,
  treatment: Treatment,
): UnmetTreatment | undefined {
  const found = features.flatMap(({ treats }) =>
    treats?.treatment === treatment ? treats : [],
  )[0];
  if (found !== undefined) return found.unmet;
  return { what: 'does not get what it asks for', why: `this daemon cannot ${treatment}` };
}

/** Why a port is not treated as it asks, one for each treatment that the network cannot give. */
export function unmetTreatments(
  spec: Pick<NetworkSpec, 'features'>,
  treatments: Treatments,
): readonly UnmetTreatment[] {
  return [...treatments].flatMap((treatment) => unmetTreatment(spec, treatment) ?? []);
}
