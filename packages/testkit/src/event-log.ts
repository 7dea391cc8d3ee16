import { TestkitError } from './error.ts';
import { patient } from './patience.ts';

/** How to wait for an entry of an {@link EventLog}. */
export interface LogWait {
  /** Index of the first entry to check. Default 0: existing entries count too. */
  readonly since?: number | undefined;
  /** Milliseconds on a typical machine. Default 30000. */
  readonly deadline?: number | undefined;
}

/** A log of events, in order. It can be inspected, iterated, or waited on. */
export interface EventLog<T> extends AsyncIterable<T> {
  readonly entries: readonly T[];
  /**
   * Waits for the first entry, past or future, that the predicate accepts.
   *
   * @throws TestkitError `NOT_READY` when the deadline passes, `ENDED` when no more entries can follow.
   */
  waitFor(accepts: (entry: T) => boolean, wait?: LogWait): Promise<T>;
}

/** The writable side of an {@link EventLog}. */
export interface WritableEventLog<T> extends EventLog<T> {
  add(entry: T): void;
  /** Marks the log as complete. */
  end(): void;
}

const defaultDeadlineMs = 30_000;

/** Creates an empty log. `subject` identifies it in errors. */
export function eventLog<T>(subject: string): WritableEventLog<T> {
  const entries: T[] = [];
  const wakes = new Set<() => void>();
  let ended = false;
  const wakeAll = (): void => {
    for (const wake of [...wakes]) wake();
  };
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        wakes.delete(wake);
        resolve();
      };
      wakes.add(wake);
    });
  return {
    entries,
    add(entry): void {
      entries.push(entry);
      wakeAll();
    },
    end(): void {
      ended = true;
      wakeAll();
    },
    waitFor: (accepts, wait = {}) =>
      new Promise((resolve, reject) => {
        const deadline = patient(wait.deadline ?? defaultDeadlineMs);
        let next = wait.since ?? 0;
        const settle = (done: () => void): void => {
          clearTimeout(timer);
          wakes.delete(look);
          done();
        };
        const fail = (code: 'NOT_READY' | 'ENDED', why: string): void =>
          settle(() =>
            reject(new TestkitError(code, subject, `${subject}: ${why}${lastOf(entries)}`)),
          );
        const look = (): void => {
          while (next < entries.length) {
            const entry = entries[next++] as T;
            if (accepts(entry)) {
              settle(() => resolve(entry));
              return;
            }
          }
          if (ended) fail('ENDED', 'ended without the entry waited for');
        };
        const timer = setTimeout(
          () => fail('NOT_READY', `nothing that was waited for within ${deadline} ms`),
          deadline,
        );
        wakes.add(look);
        look();
      }),
    async *[Symbol.asyncIterator]() {
      let next = 0;
      while (true) {
        while (next < entries.length) yield entries[next++] as T;
        if (ended) return;
        await change();
      }
    },
  };
}

function lastOf(entries: readonly unknown[]): string {
  const shown = entries.slice(-15).map((entry) => JSON.stringify(entry));
  return shown.length === 0 ? '; it is empty' : `; its last entries:\n${shown.join('\n')}`;
}
