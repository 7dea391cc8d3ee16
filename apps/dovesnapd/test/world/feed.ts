/** Passes what happens to all who read at that time. */
export interface Feed<T> {
  push(item: T): void;
  /** Yields what is pushed from now on, until the signal fires. */
  read(signal: AbortSignal): AsyncIterable<T>;
}

/** Makes a feed without readers. */
export function feed<T>(): Feed<T> {
  const readers = new Set<(item: T) => void>();
  return {
    push: (item) => {
      for (const reader of [...readers]) reader(item);
    },
    read: (signal) => {
      const queue: T[] = [];
      let wake = (): void => undefined;
      const reader = (item: T): void => {
        queue.push(item);
        wake();
      };
      // From the call on, not from the first step: nothing that happens in between is missed.
      readers.add(reader);
      return readQueue(queue, signal, {
        wait: (end) => {
          wake = end;
        },
        done: () => readers.delete(reader),
      });
    },
  };
}

async function* readQueue<T>(
  queue: T[],
  signal: AbortSignal,
  { wait, done }: { readonly wait: (end: () => void) => void; readonly done: () => void },
): AsyncGenerator<T> {
  let stop = (): void => undefined;
  const onAbort = (): void => stop();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const item = queue.shift();
      if (item !== undefined) yield item;
      else {
        await new Promise<void>((resolve) => {
          stop = resolve;
          wait(resolve);
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    done();
  }
}
