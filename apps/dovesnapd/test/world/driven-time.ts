import { type FakeClock, fakeClock } from '@dovesnap/testkit';

/** What is to happen later than this is not waited for, milliseconds: probes, and pauses after many failures. */
const soonMs = 5000;

/** What takes longer than this does not come to an end, milliseconds. */
const longestMs = 120_000;

/** More sleeps than these do not end within one move of the time unless something goes on and on without a pause. */
const mostWakes = 5000;

/** The world's time: it stands still unless a test moves it. */
export interface DrivenTime extends FakeClock {
  /** Moves the time for as long as the promise is open. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** Moves the time until nothing is to happen soon. @throws Error when there is always something. */
  settle(): Promise<void>;
  /** Calls each time that the time has moved and what woke then has come to where it waits. */
  onMove(listener: () => void): void;
}

/** Makes a time that begins at a given day, the same each time. */
export function drivenTime(): DrivenTime {
  const clock = fakeClock(Date.UTC(2026, 0, 1));
  const listeners: (() => void)[] = [];
  const move = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    for (const listener of listeners) listener();
  };
  /** To where the next sleeper wakes, which everything that can happen before then precedes. */
  const step = async (): Promise<void> => {
    await breathe();
    await move(clock.sleepers()[0] ?? 0);
  };
  const within = async (isOver: () => boolean): Promise<boolean> => {
    const end = clock.now() + longestMs;
    await breathe();
    for (let wakes = 0; !isOver(); wakes++) {
      if (wakes > mostWakes) throw tooMany();
      if (clock.now() > end || clock.sleepers()[0] === undefined) return isOver();
      await step();
      await breathe();
    }
    return true;
  };
  /** @throws Error when the time does not get there. */
  const advance = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    for (let wakes = 0; ; wakes++) {
      const next = clock.sleepers()[0] ?? Number.POSITIVE_INFINITY;
      if (clock.now() + next > end) return move(end - clock.now());
      if (wakes > mostWakes) throw tooMany();
      await move(next);
    }
  };
  return {
    ...clock,
    advance,
    onMove: (listener) => void listeners.push(listener),
    run: async (promise) => {
      let over = false;
      const end = (): void => {
        over = true;
      };
      promise.then(end, end);
      if (!(await within(() => over))) throw new Error('what is waited for does not come');
      return await promise;
    },
    settle: async () => {
      const isQuiet = (): boolean => (clock.sleepers()[0] ?? Number.POSITIVE_INFINITY) > soonMs;
      if (!(await within(isQuiet))) throw new Error('the daemon does not come to rest');
    },
  };
}

function tooMany(): Error {
  return new Error('something happens again and again without a pause');
}

/** Lets what is under way come to where it waits. No step of it takes more than a few turns of the event loop. */
async function breathe(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
