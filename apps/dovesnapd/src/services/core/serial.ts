/** Runs tasks one after another per key; tasks of different keys do not wait for each other. */
export interface Serial {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
  /** Whether a task of this key is running or waiting. */
  busy(key: string): boolean;
}

/** Makes a {@link Serial}. A failed task does not stop those behind it. */
export function serial(): Serial {
  const tails = new Map<string, Promise<unknown>>();
  return {
    busy: (key) => tails.has(key),
    run: (key, task) => {
      const before = tails.get(key) ?? Promise.resolve();
      const result = before.then(task, task);
      const tail = result.catch(() => undefined);
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
  };
}
