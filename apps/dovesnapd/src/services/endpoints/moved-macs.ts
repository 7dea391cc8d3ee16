import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { sameAcls } from '../../plan/policy/same-acls.ts';
import type { Flows } from '../flows/flows.ts';
import type { Parts } from '../parts.ts';
import { defaultAcls } from '../policy/policy.ts';

/** After a port was left, milliseconds until its MAC is forgotten: what Docker asks next goes first. */
const afterMs = 50;

/** Keeps what the switch knows of MACs from leading to ports that they are on no more. */
export interface MovedMacs {
  /** The container of a closed port has left it: its MAC is forgotten in the background, where it will not come back. */
  left(network: AttachedNetwork, port: Port): void;
  /** Resolves when nothing leads to another port that this one's MAC was on. To be called before it opens. */
  untilForgotten(network: AttachedNetwork, port: Port): Promise<void>;
}

/**
 * Makes {@link MovedMacs}. Faucet learns where a MAC is from the first frame that it sends. Until then what the switch
 * knows still leads to the port that the MAC was on before (an address that Docker gives out again has its MAC again),
 * and the answer to a container's first packet would go there; with Faucet away, every answer. So what is known of the
 * old port is taken away before the new one opens, and answers are flooded until Faucet has learned.
 *
 * Most of it is done when the old port is left: on a bridge with many ports ovs-vswitchd may be busy for a tenth of a
 * second when a container starts. Not where the MAC may come back to its port, as to one with the ACL of a label: Faucet
 * does not learn again for minutes what it has learned there (faucet 1.10.12), so that all answers would be flooded.
 */
export function movedMacs(
  parts: Pick<Parts, 'ofctl' | 'log' | 'clock'>,
  flows: Pick<Flows, 'follow'>,
): MovedMacs {
  const seen = new WeakMap<AttachedNetwork, Map<string, number>>();
  /** Whether the switch sends what is for a MAC to a port, as far as is known. */
  const leadsTo = (network: AttachedNetwork, mac: string, ofPort: number): boolean => {
    const tracker = flows.follow(network);
    if (!tracker.live) return true;
    return tracker
      .flows()
      .some(
        ({ match, actions }) =>
          match.includes(`dl_dst=${mac}`) && actions.split(',').includes(`output:${ofPort}`),
      );
  };
  const forget = async (network: AttachedNetwork, mac: string, ofPort: number): Promise<void> => {
    if (!leadsTo(network, mac, ofPort)) return;
    // The old port in the filter keeps the rules of ACLs about this MAC out of it.
    const match = `dl_vlan=${network.spec.vlan},dl_dst=${mac},out_port=${ofPort}`;
    try {
      await parts.ofctl.deleteFlows(network.spec.bridge, [{ match }]);
    } catch (err) {
      parts.log.warn({ network: network.name, mac, err }, 'the old place of a MAC stays known');
    }
  };
  return {
    left: (network, port) => {
      const mac = macOf(port);
      if (mac === undefined || !sameAcls(port.acls, defaultAcls(network))) return;
      const { ofPort } = port;
      // Without a signal: each sleep would listen to it, and many are left at once.
      void parts.clock.sleep(afterMs).then(async () => {
        const now = network.ports.get(ofPort);
        const isBack = now !== undefined && now.endpoint?.phase !== 'left' && macOf(now) === mac;
        if (!network.life.signal.aborted && !isBack) await forget(network, mac, ofPort);
      });
    },
    untilForgotten: async (network, port) => {
      const mac = macOf(port);
      if (mac === undefined) return;
      const known = seen.get(network) ?? new Map<string, number>();
      const before = known.get(mac);
      seen.set(network, known.set(mac, port.ofPort));
      if (before !== undefined && before !== port.ofPort) await forget(network, mac, before);
    },
  };
}

function macOf({ endpoint }: Port): string | undefined {
  return endpoint?.mac?.toLowerCase();
}
