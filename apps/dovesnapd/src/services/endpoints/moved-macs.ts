import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { defaultAcls } from '../../plan/policy/default-acls.ts';
import { sameAcls } from '../../plan/policy/same-acls.ts';
import type { Parts } from '../core/parts.ts';
import { keeper } from '../core/upkeep.ts';
import type { Flows } from '../flows/flows.ts';

/** After a port was left, milliseconds until its MAC is forgotten: what Docker asks next goes first. */
const afterMs = 50;

/** For so long may Faucet still be at frames that a container has sent before it left, milliseconds. */
const lateMs = 10_000;

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
 * Faucet may still be at a frame of the container that has left, and learn the old port once more when the new one is open
 * already. So for a while the old port is watched.
 *
 * Most of it is done when the old port is left: on a bridge with many ports ovs-vswitchd may be busy for a tenth of a
 * second when a container starts. Not where the MAC may come back to its port, as to one with the ACL of a label: Faucet
 * does not learn again for minutes what it has learned there (faucet 1.10.12), so that all answers would be flooded.
 */
export function movedMacs(
  parts: Pick<Parts, 'ofctl' | 'log' | 'clock' | 'failures' | 'retries' | 'signal'>,
  flows: Pick<Flows, 'follow' | 'onChange'>,
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
  const forget = async (network: AttachedNetwork, places: readonly Place[]): Promise<void> => {
    const known = places.filter(({ mac, ofPort }) => leadsTo(network, mac, ofPort));
    if (known.length === 0) return;
    // The old port in the filter keeps the rules of ACLs about this MAC out of it.
    const filters = known.map(({ mac, ofPort }) => ({
      match: `dl_vlan=${network.spec.vlan},dl_dst=${mac},out_port=${ofPort}`,
    }));
    try {
      await parts.ofctl.deleteFlows(network.spec.bridge, filters);
    } catch (err) {
      if (network.life.signal.aborted) return;
      const macs = known.map(({ mac }) => mac);
      parts.log.warn(
        { network: network.record.name, macs, err },
        'could not make the switch forget the old port of a MAC',
      );
    }
  };
  const watch = oldPortWatch(parts, flows, (network, place) => void forget(network, [place]));
  const leaving = new WeakMap<AttachedNetwork, Place[]>();
  /** Once at a time, for all that have left meanwhile: a bridge's socket takes few connections at once. */
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'make the switch forget the MACs of containers that have left',
    gatherMs: afterMs,
    act: async (network) => {
      const places = leaving.get(network) ?? [];
      leaving.delete(network);
      await forget(
        network,
        places.filter(({ mac, ofPort }) => !isOn(network.ports.get(ofPort), mac)),
      );
    },
  });
  return {
    left: (network, port) => {
      const mac = macOf(port);
      if (mac === undefined || !sameAcls(port.acls, defaultAcls(network))) return;
      leaving.set(network, [...(leaving.get(network) ?? []), { mac, ofPort: port.ofPort }]);
      keep.look(network);
    },
    untilForgotten: async (network, port) => {
      const mac = macOf(port);
      if (mac === undefined) return;
      const known = seen.get(network) ?? new Map<string, number>();
      const before = known.get(mac);
      seen.set(network, known.set(mac, port.ofPort));
      if (before !== undefined && before !== port.ofPort) {
        await forget(network, [{ mac, ofPort: before }]);
        watch(network, { mac, ofPort: before });
      }
    },
  };
}

/** Makes the function that watches the old port of a MAC for a while; `learned`: called when something changes there. */
function oldPortWatch(
  { clock }: Pick<Parts, 'clock'>,
  flows: Pick<Flows, 'onChange'>,
  learned: (network: AttachedNetwork, place: Place) => void,
): (network: AttachedNetwork, place: Place) => void {
  const watched = new Set<Watched>();
  const dropOld = (): void => {
    for (const one of watched) if (one.until <= clock.now()) watched.delete(one);
  };
  flows.onChange((bridge, ofPorts) => {
    dropOld();
    for (const { network, mac, ofPort } of watched) {
      if (network.spec.bridge !== bridge || !ofPorts.has(ofPort)) continue;
      if (!isOn(network.ports.get(ofPort), mac)) learned(network, { mac, ofPort });
    }
  });
  return (network, place) => {
    dropOld();
    watched.add({ network, ...place, until: clock.now() + lateMs });
  };
}

/** Where a MAC was. */
interface Place {
  readonly mac: string;
  readonly ofPort: number;
}

/** A place where a MAC was, and may be learned once more. */
interface Watched extends Place {
  readonly network: AttachedNetwork;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

function isOn(port: Port | undefined, mac: string): boolean {
  return port !== undefined && port.phase !== 'left' && macOf(port) === mac;
}

function macOf({ endpoint }: Port): string | undefined {
  return endpoint?.mac?.toLowerCase();
}
