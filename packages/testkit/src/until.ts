import { setTimeout as pause } from 'node:timers/promises';
import { TestkitError } from './error.ts';
import { patient } from './patience.ts';

/** Options for {@link until}. */
export interface UntilOptions {
  /** The awaited condition, for the error message. */
  readonly what: string;
  /** Milliseconds on a typical machine. Default 30000. */
  readonly deadline?: number | undefined;
  /** Milliseconds between attempts. Default 5. */
  readonly interval?: number | undefined;
}

/**
 * Repeats `probe` until it returns a value other than undefined or false, and returns that value. Retries when `probe`
 * throws. Use it where there is no event to wait for.
 *
 * @throws TestkitError `NOT_READY` when the deadline passes; its cause is the last error of `probe`.
 */
export async function until<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: UntilOptions,
): Promise<T> {
  const deadline = patient(options.deadline ?? 30_000);
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
