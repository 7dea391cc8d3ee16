import type { Wait } from '@dovesnap/ovs';
import type { ZodType } from 'zod';
import type { NetworkDriver } from './driver.ts';
import { parseRequest, REQUESTS } from './messages.ts';

/** Answers the body of one call with a value, or throws the reason. */
export type Route = (body: string, wait: Wait) => Promise<object>;

/**
 * Every call of Docker's protocol by path. Handshake calls answer without looking at anything: a `GetCapabilities` that
 * fails once spoils the driver until dockerd's restart.
 */
export function pluginRoutes(driver: NetworkDriver): ReadonlyMap<string, Route> {
  const constant = (value: object): Route => {
    return () => Promise.resolve(value);
  };
  const { CreateNetwork, Network, CreateEndpoint, Join, Endpoint } = REQUESTS;
  const routes: Record<string, Route> = {
    GetCapabilities: constant({
      Scope: 'local',
      ConnectivityScope: 'local',
      GwAllocChecker: false,
    }),
    CreateNetwork: answer('CreateNetwork', CreateNetwork, (r, w) => driver.createNetwork(r, w)),
    DeleteNetwork: answer('DeleteNetwork', Network, (r, w) => driver.deleteNetwork(r, w)),
    CreateEndpoint: answer('CreateEndpoint', CreateEndpoint, (r, w) => driver.createEndpoint(r, w)),
    DeleteEndpoint: answer('DeleteEndpoint', Endpoint, (r, w) => driver.deleteEndpoint(r, w)),
    EndpointOperInfo: answer('EndpointOperInfo', Endpoint, async (request, wait) => ({
      Value: await driver.endpointInfo(request, wait),
    })),
    Join: answer('Join', Join, (r, w) => driver.join(r, w)),
    Leave: answer('Leave', Endpoint, (r, w) => driver.leave(r, w)),
    ProgramExternalConnectivity: answer('ProgramExternalConnectivity', Join, (r, w) =>
      driver.programExternalConnectivity(r, w),
    ),
    RevokeExternalConnectivity: answer('RevokeExternalConnectivity', Endpoint, (r, w) =>
      driver.revokeExternalConnectivity(r, w),
    ),
    // Swarm's calls: an engine does not make them to a driver of local scope.
    AllocateNetwork: constant({ Options: {} }),
    FreeNetwork: constant({}),
    DiscoverNew: constant({}),
    DiscoverDelete: constant({}),
  };
  return new Map([
    ['/Plugin.Activate', constant({ Implements: ['NetworkDriver'] })],
    ...Object.entries(routes).map(
      ([call, route]) => [`/NetworkDriver.${call}`, route] satisfies [string, Route],
    ),
  ]);
}

function answer<Request>(
  call: string,
  schema: ZodType<Request>,
  handle: (request: Request, wait: Wait) => Promise<unknown>,
): Route {
  return async (body, wait) => {
    const reply = await handle(parseRequest(call, schema, body), wait);
    return typeof reply === 'object' && reply !== null ? reply : {};
  };
}
