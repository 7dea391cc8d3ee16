import { setTimeout as sleep } from 'node:timers/promises';

/** Where time comes from; tests pass one that moves when told. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that many milliseconds; ends early, in either way, when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The real time. Its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    sleep(milliseconds, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }),
};

/** Calls back after that many milliseconds unless cancelled. */
export function callAfter(clock: Clock, milliseconds: number, call: () => void): () => void {
  const cancelled = new AbortController();
  const fire = (): void => {
    if (!cancelled.signal.aborted) call();
  };
  clock.sleep(milliseconds, cancelled.signal).then(fire, () => undefined);
  return () => cancelled.abort();
}
