import { held } from '@dovesnap/command';
import type { Clock } from '../clock.ts';
import { OvsError } from '../error.ts';
import { type Ending, waitFor } from '../wait.ts';
import type { Live } from './link.ts';
import type { DatabaseLock } from './ovsdb-types.ts';

/** A lock that is kept across connections. */
export interface LockKeeper {
  readonly lock: DatabaseLock;
  /** Requests the lock over this connection. */
  start(live: Live): void;
  /** Handles a `locked` or `stolen` notification. */
  told(owned: boolean): void;
  /** Called when the connection, and with it the lock, is lost. */
  lost(): void;
  /** Called when the database connection is closed permanently. */
  closed(error: OvsError): void;
}

/** Keeps one lock (RFC 7047, sections 4.1.8 to 4.1.10). A release calls `forget`. */
export function lockKeeper(
  name: string,
  clock: Clock,
  live: () => Live | undefined,
  forget: () => void,
): LockKeeper {
  const waiting = new Set<Ending<void>>();
  let owned = false;
  let ended: OvsError | undefined;

  const told = (now: boolean): void => {
    owned = now;
    if (owned) for (const ending of [...waiting]) ending.resolve();
  };
  const closed = (error: OvsError): void => {
    owned = false;
    ended = error;
    for (const ending of [...waiting]) ending.reject(error);
  };
  const acquired: DatabaseLock['acquired'] = (wait = {}) =>
    waitFor(
      `Taking the lock ${name}`,
      wait,
      (ending) => {
        if (owned) ending.resolve();
        else if (ended !== undefined) ending.reject(ended);
        else waiting.add(ending);
        return () => waiting.delete(ending);
      },
      clock,
    );
  const release = (): Promise<void> => {
    forget();
    const open = live();
    closed(new OvsError('ABORTED', `The lock ${name} was released`));
    if (open === undefined) return Promise.resolve();
    return held(new Promise((resolve) => open.session.call('unlock', [name], () => resolve())));
  };
  return {
    lock: {
      name,
      get owned() {
        return owned;
      },
      acquired,
      assertion: () => ({ op: 'assert', lock: name }),
      release,
    },
    start: ({ session }) => {
      session.call('lock', [name], (error, result) => {
        const { locked } = (result ?? {}) as { locked?: boolean };
        if (error === undefined && locked === true && ended === undefined) told(true);
      });
    },
    told,
    lost: () => told(false),
    closed,
  };
}
