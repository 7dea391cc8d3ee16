import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../edges/edges.ts';

/** Real time. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    },
  };
}
