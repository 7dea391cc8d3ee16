import type { Endpoint, NetworkView } from './network.ts';

/** An event of a network, or of a container on it. */
export interface NetworkEvent {
  /** Counts the events of this daemon, from 1. A gap means that the reader has missed events. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly operation: 'CREATE' | 'DELETE' | 'JOIN' | 'LEAVE';
  /** The network after the event; for `DELETE`, the network before it. */
  readonly network: NetworkView;
  /** The endpoint of the container that has joined or left. Undefined if the event is about the network itself. */
  readonly endpoint: Endpoint | undefined;
}
