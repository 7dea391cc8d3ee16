import { setTimeout as delay } from 'node:timers/promises';

/** The clock of the store. Tests advance it themselves. */
export interface Clock {
  /** Returns monotonic time in milliseconds. */
  now(): number;
  /** Resolves after the milliseconds, or at once when the signal fires. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. Its timers do not keep the process alive; a waiting caller does, see {@link holdProcess}. */
export const realClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
  },
};
