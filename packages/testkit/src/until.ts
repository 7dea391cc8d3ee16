import { setTimeout as pause } from 'node:timers/promises';
import { TestkitError } from './error.ts';

/** How {@link until} waits. */
export interface UntilOptions {
  /** What is waited for: for the error. */
  readonly what: string;
  /** Milliseconds. Default 30000. */
  readonly deadline?: number | undefined;
  /** Milliseconds between two tries. Default 5. */
  readonly interval?: number | undefined;
}

/**
 * Repeats `probe` until it answers something other than undefined or false, and returns that. A probe that throws is
 * tried again. For what has no event to wait for.
 *
 * @throws TestkitError `NOT_READY` when the deadline passes; its cause is what the probe last threw.
 */
export async function until<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: UntilOptions,
): Promise<T> {
  const deadline = options.deadline ?? 30_000;
  const end = performance.now() + deadline;
  let cause: unknown;
  while (true) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) {
      const why = cause instanceof Error ? `: ${cause.message}` : '';
      const message = `${options.what} did not happen within ${deadline} ms${why}`;
      throw new TestkitError('NOT_READY', options.what, message, cause);
    }
    await pause(options.interval ?? 5);
  }
}
