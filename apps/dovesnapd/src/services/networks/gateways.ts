import { ensureNat } from '@dovesnap/iptables-nat';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { natRules, planGateway } from '../../plan/networks/gateway.ts';
import type { Parts } from '../parts.ts';
import type { Registry } from '../registry.ts';

/** The way from our networks to the host and beyond. */
export interface Gateways {
  /** Gives the bridge's local port its addresses, where the network has a gateway. @throws NetnsError. */
  assert(network: AttachedNetwork): Promise<void>;
  /** Makes the NAT rules those of all networks. @throws NatError. */
  assertRules(): Promise<void>;
}

/** Makes {@link Gateways}. */
export function gateways(parts: Parts, registry: Registry): Gateways {
  return {
    assert: async (network) => {
      if (network.spec.mode === 'flat') return;
      const link = await parts.host.link(network.spec.bridge);
      if (link !== undefined) await parts.host.apply(planGateway(network, link));
    },
    assertRules: () =>
      parts.serial.run('nat', async () => {
        await ensureNat(await parts.firewall(), natRules(registry.all()));
      }),
  };
}
