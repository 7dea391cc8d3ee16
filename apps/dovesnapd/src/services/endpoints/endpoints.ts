import {
  type AttachedEndpoint,
  type AttachedNetwork,
  type Port,
  portOfEndpoint,
} from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { joinReply } from '../../plan/networks/join-reply.ts';
import type {
  CreateEndpointReply,
  CreateEndpointRequest,
  EndpointRequest,
  JoinReply,
  JoinRequest,
} from '../../plugin/driver.ts';
import type { Parts } from '../parts.ts';
import type { Pool } from '../pool/pool.ts';
import type { Registry } from '../registry.ts';
import type { Attachments } from './attachments.ts';
import { commitRecords } from './commit-records.ts';
import { macByAddress, mayBePrefixed } from './container-mac.ts';

/** How long CreateEndpoint waits for a port before it gives up, as a multiple of `--attach_timeout`. */
const patience = 3;

/** What Docker asks about one container on one network. */
export interface Endpoints {
  create(request: CreateEndpointRequest): Promise<CreateEndpointReply>;
  join(request: JoinRequest): Promise<JoinReply>;
  leave(request: EndpointRequest): Promise<void>;
  remove(request: EndpointRequest): Promise<void>;
}

/** Makes {@link Endpoints}. Calls about one endpoint run one after another; those about others do not wait. */
export function endpoints(
  parts: Parts,
  registry: Registry,
  pool: Pool,
  attachments: Attachments,
): Endpoints {
  const inTurn = <T>(request: EndpointRequest, task: () => Promise<T>): Promise<T> =>
    parts.serial.run(`endpoint:${request.EndpointID}`, task);
  const find = (request: EndpointRequest): { network: AttachedNetwork; port: Port } | undefined => {
    const network = registry.find(request.NetworkID);
    const port = network === undefined ? undefined : portOfEndpoint(network, request.EndpointID);
    return network === undefined || port === undefined ? undefined : { network, port };
  };
  return {
    create: (request) =>
      inTurn(request, async () => {
        const network = registry.get(request.NetworkID);
        const known = portOfEndpoint(network, request.EndpointID)?.endpoint;
        if (known !== undefined) return createReply(request, known);
        const endpoint = newEndpoint(request, parts.clock.now());
        const mayTell = endpoint.macGiven || !(await mayBePrefixed(parts.docker, network));
        if (mayTell) endpoint.mac ??= macByAddress(network, endpoint);
        const late = AbortSignal.timeout(parts.config.attachTimeout * patience);
        const port = await pool.take(network, endpoint, late);
        try {
          await commitRecords(parts, network, [port]);
        } catch (error) {
          pool.giveBack(network, port);
          throw error;
        }
        return createReply(request, endpoint);
      }),
    join: (request) =>
      inTurn(request, async () => {
        const network = registry.get(request.NetworkID);
        const taken = portOfEndpoint(network, request.EndpointID);
        if (taken?.endpoint === undefined) {
          throw new DovesnapError(
            'UNKNOWN_ENDPOINT',
            `dovesnap does not know endpoint ${request.EndpointID.slice(0, 12)}: start the container again`,
          );
        }
        const port = await attachments.attach(network, taken);
        return joinReply(network, port);
      }),
    leave: (request) =>
      inTurn(request, async () => {
        const found = find(request);
        if (found !== undefined) await attachments.detach(found.network, found.port);
      }),
    remove: (request) =>
      inTurn(request, async () => {
        const found = find(request);
        if (found !== undefined) await attachments.release(found.network, found.port);
      }),
  };
}

function newEndpoint(request: CreateEndpointRequest, now: number): AttachedEndpoint {
  const { Address, AddressIPv6, MacAddress } = request.Interface;
  return {
    id: request.EndpointID,
    createdAt: now,
    ipv4: Address || undefined,
    ipv6: AddressIPv6 || undefined,
    macGiven: MacAddress !== '',
    mac: MacAddress || undefined,
    phase: 'created',
    reason: undefined,
    container: undefined,
    containerLink: undefined,
  };
}

/** Docker takes an answer only for what it left empty; even an identical value would fail the start. */
function createReply(
  request: CreateEndpointRequest,
  endpoint: AttachedEndpoint,
): CreateEndpointReply {
  return request.Interface.MacAddress !== '' || endpoint.mac === undefined
    ? {}
    : { Interface: { MacAddress: endpoint.mac } };
}
