import type { Clock } from '../clock.ts';
import { FaucetConfigError } from '../error.ts';
import type { Wait } from '../types.ts';

/** Records which revisions Faucet has loaded and which have failed. */
export interface RevisionKeeper {
  /** Returns the next number. */
  next(): number;
  noteLoaded(revision: number): void;
  noteFailed(revision: number, error: FaucetConfigError): void;
  loaded(revision: number, wait: Wait): Promise<void>;
}

/** Maximum number of recorded failures; the oldest are forgotten first. */
const mostFailures = 1000;

/** Returns an empty record. `closed` ends all waits. */
export function revisionKeeper(clock: Clock, closed: AbortSignal): RevisionKeeper {
  const failures = new Map<number, FaucetConfigError>();
  const waiting = new Set<() => void>();
  let issued = 0;
  let loaded = 0;
  const wakeAll = (): void => {
    for (const wake of [...waiting]) wake();
  };
  return {
    next: () => ++issued,
    noteLoaded(revision) {
      loaded = Math.max(loaded, revision);
      wakeAll();
    },
    noteFailed(revision, error) {
      failures.set(revision, error);
      const [oldest] = failures.keys();
      if (failures.size > mostFailures && oldest !== undefined) failures.delete(oldest);
      wakeAll();
    },
    async loaded(revision, { signal, deadline }) {
      const ended = AbortSignal.any([closed, ...(signal === undefined ? [] : [signal])]);
      const done = new AbortController();
      const late = deadline === undefined ? undefined : clock.sleep(deadline, done.signal);
      let isLate = false;
      void late?.then(() => {
        isLate = true;
        wakeAll();
      });
      ended.addEventListener('abort', wakeAll);
      try {
        while (true) {
          const failure = failures.get(revision);
          if (failure !== undefined) throw failure;
          if (loaded >= revision) return;
          if (ended.aborted) throw waitError('ABORTED', revision, 'the wait was stopped');
          if (isLate) throw waitError('TIMEOUT', revision, `not within ${deadline} ms`);
          await nextWake(waiting);
        }
      } finally {
        done.abort();
        ended.removeEventListener('abort', wakeAll);
      }
    },
  };
}

function nextWake(waiting: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      resolve();
    };
    waiting.add(wake);
  });
}

function waitError(code: 'ABORTED' | 'TIMEOUT', revision: number, why: string): FaucetConfigError {
  const message = `Faucet has not said that it has loaded revision ${revision}: ${why}`;
  return new FaucetConfigError(code, message, { revision });
}
