import type { NetworkView } from '../domain/network.ts';
import type { NetworkEvent } from '../domain/network-event.ts';

/** One part the daemon depends on. */
export interface PartHealth {
  readonly part: 'docker' | 'ovs' | 'faucet';
  readonly up: boolean;
  readonly detail: string | undefined;
}

/** Something that the daemon tried to do, could not, and tries again. */
export interface FailingEffect {
  /** As it follows "could not": `write the datapath to faucet.yaml`. */
  readonly what: string;
  /** Undefined: it is about no single network. */
  readonly network: string | undefined;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** What the status server shows; a view of what the daemon holds in memory, so that reading it waits for nobody. */
export interface StatusSource {
  /** First group of the engine's id as the Go driver printed it (6 hex digits or more); empty while unknown. */
  readonly shortEngineId: string;
  readonly hostname: string;
  networks(): readonly NetworkView[];
  health(): readonly PartHealth[];
  failing(): readonly FailingEffect[];
  /** Calls `listener` with each event from now on; answers what ends it. */
  onEvent(listener: (event: NetworkEvent) => void): () => void;
}
