import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import type { Parts } from './parts.ts';

/** To be called before a port opens for its endpoint. */
export type ForgetMovedMac = (network: AttachedNetwork, port: Port) => Promise<void>;

/**
 * Faucet learns where a MAC is from the first frame that it sends. Until then what the switch knows still leads to the
 * port that the MAC was on before (an address that Docker gives out again has its MAC again), and the answer to a
 * container's first packet would go there; with Faucet away, every answer. So what is known of the old port is taken
 * away before the new one opens, and answers are flooded until Faucet has learned.
 */
export function forgetMovedMac(parts: Pick<Parts, 'ofctl' | 'log'>): ForgetMovedMac {
  const seen = new WeakMap<AttachedNetwork, Map<string, number>>();
  return async (network, port) => {
    const mac = port.endpoint?.mac?.toLowerCase();
    if (mac === undefined) return;
    const known = seen.get(network) ?? new Map<string, number>();
    const before = known.get(mac);
    seen.set(network, known.set(mac, port.ofPort));
    if (before === undefined || before === port.ofPort) return;
    // The old port in the filter keeps the rules of ACLs about this MAC out of it.
    const match = `dl_vlan=${network.spec.vlan},dl_dst=${mac},out_port=${before}`;
    try {
      await parts.ofctl.deleteFlows(network.spec.bridge, [{ match }]);
    } catch (err) {
      parts.log.warn({ network: network.name, mac, err }, 'the old place of a MAC stays known');
    }
  };
}
