import type { MergingFeature } from './types.ts';

/** The names in `ethtool --json --show-features` for the abbreviations of `ethtool -K`, ethtool 6.1. */
const longNames: { readonly [Feature in MergingFeature]: string } = {
  gro: 'generic-receive-offload',
  lro: 'large-receive-offload',
  'rx-gro-hw': 'rx-gro-hw',
};

/** All features that merge received frames. */
export const mergingFeatures = Object.keys(longNames) as readonly MergingFeature[];

/** Parses the output of `ethtool --json --show-features` for one link. Returns the features that are active. */
export function parseMerging(json: string): readonly MergingFeature[] {
  const [shown = {}] = JSON.parse(json) as Record<string, { readonly active?: boolean }>[];
  return mergingFeatures.filter((feature) => shown[longNames[feature]]?.active === true);
}
