import { holdProcess } from '@dovesnap/command';
import { type Clock, callAfter, systemClock } from './clock.ts';
import { OvsError } from './error.ts';
import type { Wait } from './types.ts';

/** Ends a wait. */
export interface Ending<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/**
 * Waits until `start` settles the wait, within the limits of `wait`. `start` returns a cleanup function, which runs
 * when the wait ends. `what` completes the sentences "... took more than 5 ms" and "... was stopped". The wait keeps the
 * process alive.
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
    const cleanups: (() => void)[] = [holdProcess()];
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
      const late = (): OvsError => new OvsError('TIMEOUT', `${what} took more than ${deadline} ms`);
      cleanups.push(callAfter(clock, deadline, () => end(() => reject(late()))));
    }
    const fail = (error: unknown): void => end(() => reject(error));
    try {
      const finish = start({ resolve: (value) => end(() => resolve(value)), reject: fail });
      if (over) finish();
      else cleanups.push(finish);
    } catch (error) {
      fail(error);
    }
  });
}

/**
 * Returns a listener that ends the wait as soon as `check` returns a value. An error that `check` throws rejects the
 * wait; it does not reach the code that called the listener.
 */
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

/** Returns the part of `wait` that is left after `since`, for calls that consist of several steps. */
export function remaining(wait: Wait, since: number, clock: Clock = systemClock): Wait {
  if (wait.deadline === undefined) return wait;
  return { ...wait, deadline: Math.max(0, wait.deadline - (clock.now() - since)) };
}
