import {
  type AttachedEndpoint,
  type AttachedNetwork,
  type TakenPort,
  takenPorts,
} from '../../domain/attached-network.ts';
import { usesLocalPort } from '../../domain/host-ports.ts';
import { named } from '../../domain/words.ts';

/** Who has a MAC on a network. */
export interface MacHolder {
  /** Undefined: no container. */
  readonly endpoint: AttachedEndpoint | undefined;
  /** As it may stand in a sentence. */
  readonly name: string;
}

/** What else there is to know of MACs on a network, all in canonical form. */
export interface MacFacts {
  /** MAC of the bridge's own port; undefined while it has none. */
  readonly local: string | undefined;
  /** The MAC that the endpoint on a port holds; undefined: none yet. */
  readonly heldBy: (port: TakenPort) => string | undefined;
}

/**
 * Who but the container of this endpoint has a MAC on the network, each who may; none may. A container that is started
 * again is not its own rival: what is left of it from before goes by itself.
 */
export function findMacHolders(
  network: AttachedNetwork,
  endpoint: AttachedEndpoint,
  mac: string,
  { local, heldBy }: MacFacts,
): MacHolder[] {
  const wanted = mac.toLowerCase();
  const containers = takenPorts(network)
    .filter((port) => isRival(endpoint, port) && heldBy(port)?.toLowerCase() === wanted)
    .map(({ endpoint: other }) => ({ endpoint: other, name: nameOf(other) }));
  const { bridge, vlan } = network.spec;
  const isLocal = usesLocalPort(network.spec) && local?.toLowerCase() === wanted;
  const others = network.observation.otherPorts.filter(
    (port) =>
      port.mac.toLowerCase() === wanted &&
      port.vlan === vlan &&
      !port.gone &&
      port.closed === undefined,
  );
  return [
    ...containers,
    ...(isLocal ? [{ endpoint: undefined, name: `bridge ${named(bridge)}` }] : []),
    ...others.map(({ name }) => ({ endpoint: undefined, name: `port ${named(name)}` })),
  ];
}

function isRival(endpoint: AttachedEndpoint, { endpoint: other, phase }: TakenPort): boolean {
  const { container } = endpoint;
  const isSame = container !== undefined && container.id === other.container?.id;
  return other !== endpoint && phase !== 'left' && !isSame;
}

function nameOf({ container, id }: AttachedEndpoint): string {
  return container === undefined ? `endpoint ${id.slice(0, 12)}` : `container ${container.name}`;
}
