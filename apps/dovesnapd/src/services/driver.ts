import type { NetworkDriver } from '../plugin/driver.ts';
import type { Endpoints } from './endpoints/endpoints.ts';
import type { Networks } from './networks/networks.ts';
import type { Parts } from './parts.ts';
import type { Registry } from './registry.ts';

/** Docker's calls, as the services carry them out: the first ones once the networks of the switch have been taken up. */
export function driver(
  parts: Parts,
  registry: Registry,
  networks: Networks,
  endpoints: Endpoints,
): NetworkDriver {
  const afterStart =
    <Request, Reply>(call: (request: Request) => Promise<Reply>) =>
    async (request: Request): Promise<Reply> => {
      await registry.untilComplete(AbortSignal.timeout(parts.config.attachTimeout));
      return call(request);
    };
  return {
    createNetwork: afterStart(networks.create),
    deleteNetwork: afterStart(({ NetworkID }) => networks.remove(NetworkID)),
    createEndpoint: afterStart(endpoints.create),
    deleteEndpoint: afterStart(endpoints.remove),
    join: afterStart(endpoints.join),
    leave: afterStart(endpoints.leave),
    endpointInfo: async () => ({}),
    programExternalConnectivity: async () => undefined,
    revokeExternalConnectivity: async () => undefined,
  };
}
