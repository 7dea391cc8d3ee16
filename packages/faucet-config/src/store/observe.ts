import type { Clock } from '../clock.ts';
import type { FaucetStatus } from './store-types.ts';

/** Dependencies of {@link observe}. */
export interface ObserveParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Reads the files and queries Faucet. Both update the status. */
  refresh(): Promise<void>;
  status(): FaucetStatus;
  /** Whether the writer is already querying Faucet. */
  isBusy(): boolean;
}

const firstPauseMs = 100;
const longestPauseMs = 1000;
/** Faucet's own file watch takes up to 5 s, and a reload with hundreds of ports takes additional time. */
const followMs = 12_000;

/**
 * Returns the function to call after a change of the files. It queries Faucet until Faucet has loaded or refused the
 * change.
 */
export function observe(parts: ObserveParts): () => void {
  let until = 0;
  let running = false;
  const follow = async (): Promise<void> => {
    let pause = firstPauseMs;
    await parts.refresh();
    while (!isSettled(parts.status()) && parts.clock.now() < until && !parts.signal.aborted) {
      await parts.clock.sleep(pause, parts.signal);
      pause = Math.min(pause * 1.5, longestPauseMs);
      if (!parts.isBusy()) await parts.refresh();
    }
  };
  return () => {
    until = parts.clock.now() + followMs;
    if (running) return;
    running = true;
    void follow().finally(() => {
      running = false;
    });
  };
}

/** Returns whether there is nothing to wait for: the content is loaded, or Faucet does not answer. */
function isSettled(status: FaucetStatus): boolean {
  return status.loaded || !status.reachable;
}
