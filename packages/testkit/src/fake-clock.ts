/** Time that moves only when told. */
export interface FakeClock {
  /** Milliseconds. */
  now(): number;
  /** Resolves when the time has been moved that far, or at once when the signal fires. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Moves the time; sleepers wake in order, each at its own moment, and get to run before the next one. */
  advance(ms: number): Promise<void>;
  /** What is slept for at the moment, in milliseconds from now, shortest first. */
  sleepers(): readonly number[];
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Makes a clock that stands at `start` milliseconds. */
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
        sleeping = [...sleeping, sleeper].sort((a, b) => a.at - b.at);
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

/** Lets everything run that is ready to. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
