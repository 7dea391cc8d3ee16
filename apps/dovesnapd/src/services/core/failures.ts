import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { Clock } from '../../edges/edges.ts';
import type { Log } from '../../edges/log.ts';

/** Something that the daemon brings about. */
export interface Effect {
  /** What it does, as it follows "could not": `write the datapath to faucet.yaml`. */
  readonly what: string;
  /** Undefined: it is about no single network. */
  readonly network?: AttachedNetwork | undefined;
}

/** An effect that has failed and has not come about since. */
export interface Failure extends Effect {
  readonly error: Error;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Every effect that has failed and is still wanted: `/readyz` says which, and why. */
export interface Failures {
  /**
   * An effect has failed: goes into the log, once for each reason, and is shown until it is cleared. `said`: the log has
   * it already.
   */
  note(effect: Effect, error: unknown, options?: { readonly said?: boolean }): void;
  /** The effect has come about: goes into the log when it had failed. */
  clear(effect: Effect): void;
  /** Nobody wants the effect any more. */
  drop(effect: Effect): void;
  /** Those of networks that are being removed are left out. */
  all(): readonly Failure[];
  /** Calls `listener` with each failure from now on; answers what ends it. */
  follow(listener: (failure: Failure) => void): () => void;
}

/** Makes {@link Failures}, none so far. */
export function failures({ log, clock }: { readonly log: Log; readonly clock: Clock }): Failures {
  const failed = new Map<string, Failure>();
  const listeners = new Set<(failure: Failure) => void>();
  const all = (): readonly Failure[] =>
    [...failed.values()].filter(({ network }) => network?.life.signal.aborted !== true);
  return {
    all,
    note: ({ what, network }, cause, { said = false } = {}) => {
      const key = keyOf({ what, network });
      const before = failed.get(key);
      const error = cause instanceof Error ? cause : new Error(String(cause));
      const failure = { what, network, error, since: before?.since ?? clock.now() };
      failed.set(key, failure);
      if (!said && before?.error.message !== error.message) {
        log.warn({ network: network?.record.name }, `could not ${what}: ${error.message}`);
      }
      for (const listener of [...listeners]) listener(failure);
    },
    clear: (effect) => {
      if (!failed.delete(keyOf(effect))) return;
      log.info({ network: effect.network?.record.name }, `can ${effect.what} again`);
    },
    drop: (effect) => void failed.delete(keyOf(effect)),
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function keyOf({ what, network }: Effect): string {
  return `${network?.spec.id ?? ''} ${what}`;
}
