import { type Clock, callAfter, systemClock } from './clock.ts';
import { OvsError } from './error.ts';
import type { Wait } from './types.ts';

/** How a wait ends. */
export interface Ending<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/**
 * Waits for what `start` announces, within the limits of `wait`. `start` returns what to do when the wait is over.
 * `what` completes the sentences "... took over 5 ms" and "... was stopped".
 * @throws OvsError `TIMEOUT`, `ABORTED`.
 */
export function waitFor<T>(
  what: string,
  wait: Wait,
  start: (ending: Ending<T>) => () => void,
  clock: Clock = systemClock,
): Promise<T> {
  const { signal, deadline } = wait;
  const stopped = (): OvsError =>
    new OvsError('ABORTED', `${what} was stopped`, { cause: signal?.reason });
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) {
      reject(stopped());
      return;
    }
    const cleanups: (() => void)[] = [];
    let over = false;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      for (const cleanup of cleanups) cleanup();
      settle();
    };
    const onAbort = (): void => end(() => reject(stopped()));
    signal?.addEventListener('abort', onAbort, { once: true });
    cleanups.push(() => signal?.removeEventListener('abort', onAbort));
    if (deadline !== undefined) {
      const late = (): OvsError => new OvsError('TIMEOUT', `${what} took over ${deadline} ms`);
      cleanups.push(callAfter(clock, deadline, () => end(() => reject(late()))));
    }
    const finish = start({
      resolve: (value) => end(() => resolve(value)),
      reject: (error) => end(() => reject(error)),
    });
    if (over) finish();
    else cleanups.push(finish);
  });
}

/** Ends a wait when what `check` looks at is so; an error of it ends the wait, not the one who told of the change. */
export function endWhen<T>({ resolve, reject }: Ending<T>, check: () => T | undefined): () => void {
  return () => {
    try {
      const value = check();
      if (value !== undefined) resolve(value);
    } catch (error) {
      reject(error);
    }
  };
}

/** What is left of a wait that began at `since`, for a call made of several steps. */
export function remaining(wait: Wait, since: number, clock: Clock = systemClock): Wait {
  if (wait.deadline === undefined) return wait;
  return { ...wait, deadline: Math.max(0, wait.deadline - (clock.now() - since)) };
}
