import { setTimeout as pause } from 'node:timers/promises';
import type { DhcpClock } from './types.ts';

/** The system clock, with the only timers of this package. */
export const systemClock: DhcpClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
