import type { Endpoint, NetworkView } from './network.ts';

/** Something that has happened to a network, or to a container on it. */
export interface NetworkEvent {
  /** Counts the events of this daemon, from 1; a gap is what a reader has missed. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly operation: 'CREATE' | 'DELETE' | 'JOIN' | 'LEAVE';
  /** The network as it stands after it; after `DELETE` as it stood before. */
  readonly network: NetworkView;
  /** Whose container has joined or left; undefined: it is about the network itself. */
  readonly endpoint: Endpoint | undefined;
}
