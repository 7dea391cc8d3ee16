import type { MergingFeature } from './types.ts';

/** The names that `ethtool --json --show-features` has for what `ethtool -K` abbreviates, ethtool 6.1. */
const longNames: { readonly [Feature in MergingFeature]: string } = {
  gro: 'generic-receive-offload',
  lro: 'large-receive-offload',
  'rx-gro-hw': 'rx-gro-hw',
};

/** Every way to merge received frames. */
export const mergingFeatures = Object.keys(longNames) as readonly MergingFeature[];

/** Reads what `ethtool --json --show-features` prints of one link: the ways that are in use. */
export function parseMerging(json: string): readonly MergingFeature[] {
  const [shown = {}] = JSON.parse(json) as Record<string, { readonly active?: boolean }>[];
  return mergingFeatures.filter((feature) => shown[longNames[feature]]?.active === true);
}
