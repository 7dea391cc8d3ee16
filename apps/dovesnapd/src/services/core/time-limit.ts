import type { Clock } from '../../edges/edges.ts';

/** A signal that fires when a time is over. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** What was waited for is there: the signal does not fire any more. */
  readonly stop: () => void;
}

/** Makes a {@link TimeLimit} of so many milliseconds on the daemon's clock. */
export function timeLimit(clock: Pick<Clock, 'sleep'>, ms: number): TimeLimit {
  const late = new AbortController();
  const stop = new AbortController();
  void clock.sleep(ms, stop.signal).then(() => {
    if (!stop.signal.aborted) late.abort();
  });
  return { signal: late.signal, stop: () => stop.abort() };
}
