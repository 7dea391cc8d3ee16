import { setTimeout as sleep } from 'node:timers/promises';

/** The source of time. Tests pass a clock that they advance themselves. */
export interface Clock {
  /** Returns milliseconds since the epoch. */
  now(): number;
  /** Resolves after this many milliseconds. Settles early, by resolving or rejecting, when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The system clock. Its timers do not keep the process alive; the waiting caller does, see {@link holdProcess}. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    sleep(milliseconds, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }),
};

/** Calls `call` after this many milliseconds. Returns a function that cancels the call. */
export function callAfter(clock: Clock, milliseconds: number, call: () => void): () => void {
  const cancelled = new AbortController();
  const fire = (): void => {
    if (!cancelled.signal.aborted) call();
  };
  clock.sleep(milliseconds, cancelled.signal).then(fire, () => undefined);
  return () => cancelled.abort();
}
