import { setTimeout as delay } from 'node:timers/promises';

/** Time as the store sees it; tests move it themselves. */
export interface Clock {
  /** Milliseconds that only ever rise. */
  now(): number;
  /** Resolves after the milliseconds, or at once when the signal fires. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const realClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
