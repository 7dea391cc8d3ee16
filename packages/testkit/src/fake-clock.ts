/** A clock that advances only when a test advances it. */
export interface FakeClock {
  /** Returns the current time, in milliseconds. */
  now(): number;
  /** Resolves when the clock has advanced this far, or at once when the signal fires. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Advances the clock. Sleepers wake in order, each at its own time, and run before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** Returns the remaining times of all pending sleeps, in milliseconds, shortest first. */
  sleepers(): readonly number[];
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Creates a clock that starts at `start` milliseconds. */
export function fakeClock(start = 0): FakeClock {
  let now = start;
  let sleeping: readonly Sleeper[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted === true) return resolve();
        const wake = (): void => {
          sleeping = sleeping.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        const later = sleeping.findIndex((other) => other.at > sleeper.at);
        sleeping = sleeping.toSpliced(later === -1 ? sleeping.length : later, 0, sleeper);
        signal?.addEventListener('abort', wake);
      }),
    async advance(ms): Promise<void> {
      const end = now + ms;
      await settle();
      for (let next = sleeping[0]; next !== undefined && next.at <= end; next = sleeping[0]) {
        now = next.at;
        next.wake();
        await settle();
      }
      now = end;
    },
    sleepers: () => sleeping.map(({ at }) => at - now),
  };
}

/** Lets all pending callbacks run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
