import type { NetworkDriver } from '../plugin/driver.ts';
import type { Endpoints } from './endpoints.ts';
import type { Networks } from './networks.ts';

/** Docker's calls, as the services carry them out. */
export function driver(networks: Networks, endpoints: Endpoints): NetworkDriver {
  return {
    createNetwork: (request) => networks.create(request),
    deleteNetwork: ({ NetworkID }) => networks.remove(NetworkID),
    createEndpoint: (request) => endpoints.create(request),
    deleteEndpoint: (request) => endpoints.remove(request),
    join: (request) => endpoints.join(request),
    leave: (request) => endpoints.leave(request),
    endpointInfo: async () => ({}),
    programExternalConnectivity: async () => undefined,
    revokeExternalConnectivity: async () => undefined,
  };
}
