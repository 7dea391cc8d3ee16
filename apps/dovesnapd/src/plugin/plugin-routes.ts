import type { ZodType } from 'zod';
import type { NetworkDriver } from '../protocol/network-driver.ts';
import { parseRequest, REQUESTS } from './messages.ts';

/** Handles the body of one call: returns a value, or throws the reason of a failure. */
export type Route = (body: string, signal: AbortSignal) => Promise<object>;

/**
 * Returns the route of every call of Docker's protocol, by path. Handshake calls reply without checking anything,
 * because one failed `GetCapabilities` makes the driver unusable until dockerd restarts.
 */
export function pluginRoutes(driver: NetworkDriver): ReadonlyMap<string, Route> {
  const constant = (value: object): Route => {
    return () => Promise.resolve(value);
  };
  const { CheckGateway, CreateNetwork, Network, CreateEndpoint, Join, Endpoint } = REQUESTS;
  const routes: Record<string, Route> = {
    GetCapabilities: constant({
      Scope: 'local',
      ConnectivityScope: 'local',
      GwAllocChecker: true,
    }),
    GwAllocCheck: answer('GwAllocCheck', CheckGateway, (r, s) => driver.checkGateway(r, s)),
    CreateNetwork: answer('CreateNetwork', CreateNetwork, (r, s) => driver.createNetwork(r, s)),
    DeleteNetwork: answer('DeleteNetwork', Network, (r, s) => driver.deleteNetwork(r, s)),
    CreateEndpoint: answer('CreateEndpoint', CreateEndpoint, (r, s) => driver.createEndpoint(r, s)),
    DeleteEndpoint: answer('DeleteEndpoint', Endpoint, (r, s) => driver.deleteEndpoint(r, s)),
    EndpointOperInfo: answer('EndpointOperInfo', Endpoint, async (request, signal) => ({
      Value: await driver.endpointInfo(request, signal),
    })),
    Join: answer('Join', Join, (r, s) => driver.join(r, s)),
    Leave: answer('Leave', Endpoint, (r, s) => driver.leave(r, s)),
    ProgramExternalConnectivity: answer('ProgramExternalConnectivity', Join, (r, s) =>
      driver.programExternalConnectivity(r, s),
    ),
    RevokeExternalConnectivity: answer('RevokeExternalConnectivity', Endpoint, (r, s) =>
      driver.revokeExternalConnectivity(r, s),
    ),
    // Swarm's calls. An engine does not send them to a driver of local scope.
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
  handle: (request: Request, signal: AbortSignal) => Promise<unknown>,
): Route {
  return async (body, signal) => {
    const reply = await handle(parseRequest(call, schema, body), signal);
    return typeof reply === 'object' && reply !== null ? reply : {};
  };
}
