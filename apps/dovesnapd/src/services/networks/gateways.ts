import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { planGateway } from '../../plan/networks/gateway.ts';
import type { Parts } from '../core/parts.ts';

/** The way from our networks to the host. */
export interface Gateways {
  /** Gives the bridge's local port its addresses, where the network has a gateway. @throws NetnsError. */
  assert(network: AttachedNetwork): Promise<void>;
}

/** Makes {@link Gateways}. */
export function gateways(parts: Parts): Gateways {
  return {
    assert: async (network) => {
      if (network.spec.mode === 'flat') return;
      const link = await parts.host.link(network.spec.bridge);
      if (link !== undefined) await parts.host.apply(planGateway(network.spec, link));
    },
  };
}
