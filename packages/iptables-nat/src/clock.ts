import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './types.ts';

/** The system clock, with the only timers of this package. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
