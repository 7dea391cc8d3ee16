/** Values handed from callbacks to one reader. */
export interface Channel<T> {
  push(value: T): void;
  /** Yields what was pushed and what will be, until the signal fires; then calls `done`. */
  read(signal: AbortSignal, done: () => void): AsyncIterable<T>;
}

/**
 * A queue between callbacks and one asynchronous reader. With `merge`, what waits unread is merged into one value, so
 * that a slow reader holds no more than one.
 */
export function channel<T>(merge?: (waiting: T, value: T) => T): Channel<T> {
  let queue: T[] = [];
  let wake: () => void = () => undefined;
  const push = (value: T): void => {
    const waiting = queue[0];
    if (merge !== undefined && waiting !== undefined) queue = [merge(waiting, value)];
    else queue.push(value);
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
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      done();
    }
  }
  return { push, read };
}
