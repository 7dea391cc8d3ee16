import {
  type AttachedEndpoint,
  type AttachedNetwork,
  type Port,
  portOfEndpoint,
} from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkNotes } from '../../domain/network-notes.ts';
import { wantedLinkOf } from '../../domain/wanted-link.ts';
import { joinReply } from '../../plan/networks/join-reply.ts';
import type {
  CreateEndpointReply,
  CreateEndpointRequest,
  EndpointRequest,
  JoinReply,
  JoinRequest,
} from '../../protocol/network-driver.ts';
import type { Ending } from '../core/ending.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { Pool } from '../pool/pool.ts';
import { commitRecords } from '../records/commit-records.ts';
import type { Attachments } from './attachments.ts';
import { macByAddress, mayBePrefixed } from './container-mac.ts';

/**
 * CreateEndpoint may wait this many times `--attach_timeout` for a port that is being built: without one the container
 * could only fail, and that is a matter of this machine alone.
 */
const buildPatience = 3;

/** What Docker asks about one container on one network. */
export interface Endpoints {
  create(request: CreateEndpointRequest, ending: Ending): Promise<CreateEndpointReply>;
  join(request: JoinRequest, ending: Ending): Promise<JoinReply>;
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
  /** What CreateEndpoint has used of `--attach_timeout`, milliseconds: Join has the rest. */
  const used = new Map<string, number>();
  const left = (id: string, since: number): number =>
    Math.max(0, parts.config.attachTimeout - (used.get(id) ?? 0) - (parts.clock.now() - since));
  const inTurn = <T>(request: EndpointRequest, task: () => Promise<T>): Promise<T> =>
    parts.turns.take(['endpoint', request.EndpointID], task);
  const find = (request: EndpointRequest): { network: AttachedNetwork; port: Port } | undefined => {
    const network = registry.find(request.NetworkID);
    const port = network === undefined ? undefined : portOfEndpoint(network, request.EndpointID);
    return network === undefined || port === undefined ? undefined : { network, port };
  };
  return {
    create: (request, { since, signal }) =>
      inTurn(request, async () => {
        const network = registry.get(request.NetworkID);
        const known = portOfEndpoint(network, request.EndpointID)?.endpoint;
        if (known !== undefined) return createReply(request, known);
        const endpoint = newEndpoint(request, parts.clock.now());
        const mayTell = endpoint.macGiven || !(await mayBePrefixed(parts.docker, network));
        if (mayTell) endpoint.mac ??= macByAddress(network.spec, endpoint);
        // What has failed so far may succeed now.
        parts.retries.hurry(network);
        const late = lateForPort(parts, network.notes, left(request.EndpointID, since));
        const either = AbortSignal.any([late.signal, signal]);
        const port = await pool.take(network, endpoint, either).finally(late.stop);
        try {
          await commitRecords(parts, network, [port]);
        } catch (error) {
          await pool.giveBack(network, port);
          throw error;
        }
        used.set(request.EndpointID, parts.clock.now() - since);
        return createReply(request, endpoint);
      }),
    join: (request, { since, signal }) =>
      inTurn(request, async () => {
        const network = registry.get(request.NetworkID);
        const taken = portOfEndpoint(network, request.EndpointID);
        if (taken?.endpoint === undefined) {
          throw new DovesnapError(
            'UNKNOWN_ENDPOINT',
            `dovesnap does not know endpoint ${request.EndpointID.slice(0, 12)}: start the container again`,
          );
        }
        const leftMs = left(request.EndpointID, since);
        used.delete(request.EndpointID);
        const port = await attachments.attach(network, taken, { leftMs, signal });
        return joinReply(network, port);
      }),
    leave: (request) =>
      inTurn(request, async () => {
        const found = find(request);
        if (found !== undefined) await attachments.detach(found.network, found.port);
      }),
    remove: (request) =>
      inTurn(request, async () => {
        used.delete(request.EndpointID);
        const found = find(request);
        if (found !== undefined) await attachments.release(found.network, found.port);
      }),
  };
}

/** Fires when there is no more use in waiting for a port: sooner when the pool is known to fail. */
function lateForPort(
  { clock, config }: Pick<Parts, 'clock' | 'config'>,
  notes: NetworkNotes,
  leftMs: number,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const late = new AbortController();
  const stop = new AbortController();
  const watch = async (): Promise<void> => {
    await clock.sleep(leftMs, stop.signal);
    for (let tries = 1; tries < buildPatience && !notes.has('pool'); tries++) {
      await clock.sleep(config.attachTimeout, stop.signal);
    }
    late.abort();
  };
  void watch();
  return { signal: late.signal, stop: () => stop.abort() };
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
    wantedLink: wantedLinkOf(request.Options),
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
