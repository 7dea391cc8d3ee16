import type { Feature } from '../../services/core/feature.ts';
import type { Parts } from '../../services/core/parts.ts';
import type { Registry } from '../../services/core/registry.ts';
import { mirrorBridges } from './mirror-bridge.ts';
import { linkIn } from './mirror-link.ts';
import { checkLbPort, mirrorPort } from './mirror-port.ts';
import { mirroredNetwork, mirrorOf, observeMirror } from './mirrored-network.ts';
import { mirroring } from './mirroring.ts';

/** Copies what containers send and receive out through an interface of the host. */
export function mirror(parts: Parts, registry: Registry): Feature {
  return {
    what: 'the link to the mirror',
    on: (spec, userspace) => {
      const { port, notes } = mirrorPort(parts, spec, userspace);
      return { feature: mirroredNetwork(port, spec.lbPort), notes };
    },
    bridges: (state, engineId) => mirrorBridges(state, engineId).map(({ name }) => name),
    check: (network) => checkLbPort(parts, network.spec),
    look: (network, model) => {
      const feature = mirrorOf(network.spec);
      const { port } = feature;
      const isThere = port !== undefined && linkIn(network.record, port, model) !== undefined;
      if (isThere) observeMirror(feature, { seen: true });
    },
    ...mirroring(parts, registry),
  };
}
