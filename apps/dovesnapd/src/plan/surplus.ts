import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import { takenPorts } from '../domain/attached-network.ts';
import type { DockerNetwork } from '../ports.ts';

/** What we hold and Docker does not list, by id. */
export interface Surplus {
  readonly networks: readonly AttachedNetwork[];
  readonly endpoints: readonly { readonly network: AttachedNetwork; readonly port: Port }[];
}

/**
 * What is ours, was there before the list was asked for, and is missing from the list. A port whose container end lives
 * in another namespace is in use, whatever a list says: a wrong socket or a fresh data root must cost nobody a network.
 */
export function findSurplus(
  networks: readonly AttachedNetwork[],
  listed: readonly DockerNetwork[],
  askedAt: number,
  isInUse: (port: Port) => boolean,
): Surplus {
  const known = new Map(listed.map((network) => [network.id, network]));
  const endpoints = networks.flatMap((network) => {
    const endpointIds = new Set(known.get(network.spec.id)?.endpoints.map((item) => item.id));
    return takenPorts(network)
      .filter((port) => !endpointIds.has(port.endpoint?.id ?? ''))
      .filter((port) => (port.endpoint?.createdAt ?? askedAt) < askedAt && !isInUse(port))
      .map((port) => ({ network, port }));
  });
  return {
    endpoints,
    networks: networks.filter(
      (network) =>
        !known.has(network.spec.id) &&
        network.createdAt < askedAt &&
        !takenPorts(network).some(isInUse),
    ),
  };
}
