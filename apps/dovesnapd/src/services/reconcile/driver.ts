import { mayHaveGateway } from '../../domain/network-options.ts';
import type { NetworkDriver } from '../../protocol/network-driver.ts';
import type { Ending } from '../core/ending.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { timeLimit } from '../core/time-limit.ts';
import type { Endpoints } from '../endpoints/endpoints.ts';
import type { Networks } from '../networks/networks.ts';

/** Docker's calls, as the services carry them out: the first ones once the networks of the switch have been taken up. */
export function driver(
  parts: Parts,
  registry: Registry,
  networks: Networks,
  endpoints: Endpoints,
): NetworkDriver {
  const afterStart =
    <Request, Reply>(call: (request: Request, ending: Ending) => Promise<Reply>) =>
    async (request: Request, signal: AbortSignal): Promise<Reply> => {
      const since = parts.clock.now();
      const limit = timeLimit(parts.clock, parts.config.attachTimeout);
      await registry.untilComplete(AbortSignal.any([limit.signal, signal]));
      limit.stop();
      return call(request, { since, signal });
    };
  return {
    checkGateway: async ({ Options }) => {
      const skip = !mayHaveGateway(Options);
      return { SkipIPv4: skip, SkipIPv6: skip };
    },
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
