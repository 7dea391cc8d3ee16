import type { Feature } from '../../services/core/feature.ts';
import type { Parts } from '../../services/core/parts.ts';
import type { FaucetDesk } from '../../services/faucet/faucet-desk.ts';
import type { Flows } from '../../services/flows/flows.ts';
import { boundInterfaces } from './bound-interfaces.ts';
import { boundNetwork } from './bound-network.ts';

/** Puts the host itself on a network, through one of its interfaces. */
export function binding(parts: Parts, desk: FaucetDesk, flows: Flows): Feature {
  return {
    what: 'the bound interface',
    on: (spec) => ({ feature: boundNetwork(spec) }),
    ...boundInterfaces(parts, desk, flows),
  };
}
