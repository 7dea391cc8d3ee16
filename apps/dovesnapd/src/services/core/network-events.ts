import type { AttachedEndpoint, AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { NetworkView } from '../../domain/network.ts';
import type { NetworkEvent } from '../../domain/network-event.ts';
import type { Clock } from '../../edges/edges.ts';

/** Where services tell what happens to networks, and others hear it. Nothing is kept for those who are not there. */
export interface NetworkEvents {
  /** A network that is new has its name. */
  created(network: AttachedNetwork): void;
  /** A network is gone; nothing is told of one whose name was never known. */
  removed(network: AttachedNetwork): void;
  /** Docker attaches the endpoint's container: it is told when {@link NetworkEvents.settled} knows the container. */
  joining(endpoint: AttachedEndpoint): void;
  /** The port is open, or stays closed for now. */
  settled(network: AttachedNetwork, port: Port): void;
  /** The container of the port has left. Called before the endpoint's phase says so. */
  left(network: AttachedNetwork, port: Port): void;
  /** Calls `listener` with each event from now on, after the turn that it happened in; answers what ends it. */
  follow(listener: (event: NetworkEvent) => void): () => void;
}

/** Makes {@link NetworkEvents}; `view` makes the picture of a network that an event carries. */
export function networkEvents(
  clock: Pick<Clock, 'now'>,
  view: (network: AttachedNetwork) => NetworkView,
): NetworkEvents {
  const listeners = new Set<(event: NetworkEvent) => void>();
  /** Those whose Join has not been told yet. */
  const joining = new WeakSet<AttachedEndpoint>();
  let count = 0;
  const tell = (
    operation: NetworkEvent['operation'],
    network: AttachedNetwork,
    endpointId?: string,
  ): void => {
    count += 1;
    if (listeners.size === 0) return;
    const seen = view(network);
    const others = seen.endpoints.filter(({ id }) => id !== endpointId);
    const event: NetworkEvent = {
      id: count,
      at: clock.now(),
      operation,
      // As in the Go driver's events, one that has left is not there any more.
      network: operation === 'LEAVE' ? { ...seen, endpoints: others } : seen,
      endpoint: seen.endpoints.find(({ id }) => id === endpointId),
    };
    // Docker is answered first: what listeners do with an event is not part of any call.
    setImmediate(() => {
      for (const listener of listeners) listener(event);
    });
  };
  return {
    created: (network) => tell('CREATE', network),
    removed: (network) => {
      if (network.record.name !== undefined) tell('DELETE', network);
    },
    joining: (endpoint) => void joining.add(endpoint),
    settled: (network, { endpoint }) => {
      if (endpoint?.container === undefined || !joining.delete(endpoint)) return;
      tell('JOIN', network, endpoint.id);
    },
    left: (network, { endpoint, phase }) => {
      if (endpoint === undefined || joining.delete(endpoint)) return;
      if (phase !== 'claimed') tell('LEAVE', network, endpoint.id);
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
