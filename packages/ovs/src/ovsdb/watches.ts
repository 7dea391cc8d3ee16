import type { Live } from './link.ts';
import type { Ovsdb } from './ovsdb-types.ts';
import { type Subscription, subscription, type TableUpdates } from './subscription.ts';

/** All subscriptions of a database, across its connections. */
export interface Watches {
  readonly subscribe: Ovsdb['subscribe'];
  up(live: Live): void;
  down(): void;
  notified(method: string, params: readonly unknown[]): void;
}

/** Keeps subscriptions. `live` returns the current connection. */
export function openWatches(live: () => Live | undefined): Watches {
  const watched = new Map<string, Subscription>();
  let lastId = 0;
  return {
    subscribe: (request, listener) => {
      const id = `${++lastId}`;
      const watch = subscription(id, request, listener);
      watched.set(id, watch);
      const open = live();
      if (open !== undefined) watch.start(open);
      return () => {
        if (!watched.delete(id)) return;
        watch.stop();
        live()?.session.call('monitor_cancel', [id], () => undefined);
      };
    },
    up: (open) => {
      for (const watch of watched.values()) watch.start(open);
    },
    down: () => {
      for (const watch of [...watched.values()]) watch.lost();
    },
    notified: (method, params) => {
      if (method !== 'update') return;
      watched.get(String(params[0]))?.update(params[1] as TableUpdates);
    },
  };
}
