import { held } from '@dovesnap/command';

/** Passes values from callbacks to one reader. */
export interface Channel<T> {
  push(value: T): void;
  /** Makes the reader throw this error once it has read all pushed values. */
  fail(error: unknown): void;
  /** Yields pushed values until the signal fires, then calls `done`. A waiting reader keeps the process alive. */
  read(signal: AbortSignal, done: () => void): AsyncIterable<T>;
}

/**
 * Creates a queue between callbacks and one asynchronous reader. With `merge`, unread values are merged, so that a slow
 * reader holds at most one.
 */
export function channel<T>(merge?: (waiting: T, value: T) => T): Channel<T> {
  let queue: T[] = [];
  let wake: () => void = () => undefined;
  let failure: { readonly error: unknown } | undefined;
  const push = (value: T): void => {
    const waiting = queue[0];
    if (merge !== undefined && waiting !== undefined) queue = [merge(waiting, value)];
    else queue.push(value);
    wake();
  };
  const fail = (error: unknown): void => {
    failure = { error };
    wake();
  };
  async function* read(signal: AbortSignal, done: () => void): AsyncGenerator<T> {
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const values = queue;
        queue = [];
        for (const value of values) {
          if (signal.aborted) return;
          yield value;
        }
        if (queue.length > 0 || signal.aborted) continue;
        if (failure !== undefined) throw failure.error;
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await held(woken);
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      done();
    }
  }
  return { push, fail, read };
}
