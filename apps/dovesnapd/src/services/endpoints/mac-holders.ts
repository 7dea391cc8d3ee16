import type {
  AttachedEndpoint,
  AttachedNetwork,
  Port,
  TakenPort,
} from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { findMacHolders, type MacHolder } from '../../plan/endpoints/mac-holder.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import type { Parts } from '../core/parts.ts';

/** Keeps a MAC from being on a network twice: the switch would send what is for it now here, now there. */
export interface MacHolders {
  /**
   * Takes a MAC for the endpoint on a port, which keeps it for as long as it is there. Of two that ask at once the first
   * gets it. @throws DovesnapError `CONFLICT` with the name of who has it.
   */
  claim(network: AttachedNetwork, port: Port, mac: string): Promise<void>;
}

/** Makes {@link MacHolders}. */
export function macHolders(parts: Pick<Parts, 'docker' | 'ovs'>): MacHolders {
  const claims = new WeakMap<AttachedEndpoint, string>();
  // One that was open before this daemon runs has claimed its MAC of the daemon before.
  const heldBy = ({ endpoint, phase }: TakenPort): string | undefined =>
    claims.get(endpoint) ?? (phase === 'open' ? endpoint.mac : undefined);
  /** What is left of a container that went while nobody could tell us is no longer on Docker's list. */
  const isGone = async (network: AttachedNetwork, { endpoint }: MacHolder): Promise<boolean> => {
    if (endpoint === undefined) return false;
    const listed = await parts.docker.network(network.spec.id).catch(() => undefined);
    return listed !== undefined && !listed.endpoints.some(({ id }) => id === endpoint.id);
  };
  return {
    claim: async (network, { endpoint }, mac) => {
      if (endpoint === undefined) return;
      const gone = new Set<AttachedEndpoint | undefined>();
      for (;;) {
        const local = rowOf(parts.ovs.state(), network.spec, network.spec.bridge)?.mac;
        const holder = findMacHolders(network, endpoint, mac, { local, heldBy }).find(
          (one) => !gone.has(one.endpoint),
        );
        if (holder === undefined) break;
        if (!(await isGone(network, holder))) throw conflict(network, endpoint, mac, holder);
        gone.add(holder.endpoint);
      }
      // In the same turn as the last look.
      claims.set(endpoint, mac);
    },
  };
}

function conflict(
  network: AttachedNetwork,
  { container, id }: AttachedEndpoint,
  mac: string,
  holder: MacHolder,
): DovesnapError {
  const who =
    container === undefined ? `endpoint ${id.slice(0, 12)}` : `container ${container.name}`;
  const where = network.record.name ?? network.spec.bridge;
  return new DovesnapError(
    'CONFLICT',
    `${who} cannot have MAC ${mac} on network ${where}: ${holder.name} has it`,
  );
}
