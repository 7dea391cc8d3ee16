import type { Clock } from '../clock.ts';
import type { OvsError } from '../error.ts';
import type { Live } from './link.ts';
import { type LockKeeper, lockKeeper } from './lock.ts';
import type { Ovsdb } from './ovsdb-types.ts';

/** All locks of a database, across its connections. */
export interface Locks {
  readonly lock: Ovsdb['lock'];
  up(live: Live): void;
  down(): void;
  notified(method: string, params: readonly unknown[]): void;
  close(error: OvsError): void;
}

/** Keeps locks. `live` returns the current connection. Requesting the same name twice returns the same lock. */
export function openLocks(clock: Clock, live: () => Live | undefined): Locks {
  const kept = new Map<string, LockKeeper>();
  let ended: OvsError | undefined;
  return {
    lock: (name) => {
      const known = kept.get(name);
      if (known !== undefined) return known.lock;
      const keeper = lockKeeper(name, clock, live, () => kept.delete(name));
      if (ended !== undefined) keeper.closed(ended);
      else kept.set(name, keeper);
      const open = live();
      if (open !== undefined) keeper.start(open);
      return keeper.lock;
    },
    up: (open) => {
      for (const keeper of kept.values()) keeper.start(open);
    },
    down: () => {
      for (const keeper of kept.values()) keeper.lost();
    },
    notified: (method, params) => {
      if (method !== 'locked' && method !== 'stolen') return;
      kept.get(String(params[0]))?.told(method === 'locked');
    },
    close: (error) => {
      ended = error;
      for (const keeper of kept.values()) keeper.closed(error);
      kept.clear();
    },
  };
}
