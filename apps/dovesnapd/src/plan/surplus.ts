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
  const endpoints = networks.flatMap((network) => {
    const endpointIds = new Set(known.get(network.spec.id)?.endpoints.map((item) => item.id));
    return takenPorts(network)
      .filter((port) => !endpointIds.has(port.endpoint?.id ?? ''))
      .filter((port) => (port.endpoint?.createdAt ?? askedAt) < askedAt && !isInUse(port))
      .map((port) => ({ network, port }));
  });
  return {
    endpoints,
    networks: lacking.filter((network) => network.createdAt < askedAt),
  };
}
