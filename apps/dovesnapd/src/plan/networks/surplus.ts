import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { takenPorts } from '../../domain/attached-network.ts';
import type { DockerNetwork } from '../../edges/edges.ts';

/** An endpoint as it was when Docker's list was compared: its port may have another one since. */
export interface SurplusEndpoint {
  readonly network: AttachedNetwork;
  readonly port: Port;
  readonly id: string;
}

/** What we hold and Docker does not list, by id. */
export interface Surplus {
  readonly networks: readonly AttachedNetwork[];
  readonly endpoints: readonly SurplusEndpoint[];
  /** Whether more may become surplus, as when an endpoint is not listed and yet in use: Docker may be about to take it down. */
  readonly isUnsure: boolean;
}

/**
 * What is ours, was there before the list was asked for, and is missing from the list. A port whose container end lives
 * in another namespace is in use, whatever a list says. Docker removes no network that is in use: a list that lacks such
 * a network is another engine's, or that of an engine with a fresh data root: then the answer is undefined.
 */
export function findSurplus(
  networks: readonly AttachedNetwork[],
  listed: readonly DockerNetwork[],
  askedAt: number,
  isInUse: (port: Port) => boolean,
): Surplus | undefined {
  const known = new Map(listed.map((network) => [network.id, network]));
  const lacking = networks.filter((network) => !known.has(network.spec.id));
  if (lacking.some((network) => takenPorts(network).some(isInUse))) {
    return undefined;
  }
  const unlisted = networks.flatMap((network) => {
    const endpointIds = new Set(known.get(network.spec.id)?.endpoints.map((item) => item.id));
    return takenPorts(network)
      .map((port) => ({ network, port, id: port.endpoint?.id ?? '' }))
      .filter(({ id }) => !endpointIds.has(id))
      .filter(({ port }) => (port.endpoint?.createdAt ?? askedAt) < askedAt);
  });
  return {
    endpoints: unlisted.filter(({ port }) => !isInUse(port)),
    isUnsure: unlisted.some(({ port }) => isInUse(port)),
    networks: lacking.filter((network) => network.spec.createdAt < askedAt),
  };
}

/** What was surplus in two successive lists. */
export function surplusInBoth(earlier: Surplus, later: Surplus): Omit<Surplus, 'isUnsure'> {
  const ids = new Set(earlier.endpoints.map(({ id }) => id));
  return {
    networks: later.networks.filter((network) => earlier.networks.includes(network)),
    endpoints: later.endpoints.filter(({ id }) => ids.has(id)),
  };
}
