import { channel } from '../channel.ts';
import type { ConnectionState, Ovsdb } from './ovsdb-types.ts';

/** Passes the state of a connection to its followers. */
export interface States {
  readonly states: Ovsdb['states'];
  /** Called when the state may have changed. */
  changed(): void;
}

/** Follows the state that `now` returns. */
export function openStates(now: () => ConnectionState): States {
  const followers = new Set<(state: ConnectionState) => void>();
  return {
    states: ({ signal }) => {
      const states = channel<ConnectionState>();
      states.push(now());
      followers.add(states.push);
      return states.read(signal, () => followers.delete(states.push));
    },
    changed: () => {
      for (const follower of [...followers]) follower(now());
    },
  };
}
