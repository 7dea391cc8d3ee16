import type { Clock } from './clock.ts';
import type { FaucetStatus } from './store-types.ts';

/** What following a change that somebody else made takes. */
export interface ObserveParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Reads the files and asks Faucet, both into the status. */
  refresh(): Promise<void>;
  status(): FaucetStatus;
  /** Whether someone else is asking already. */
  isBusy(): boolean;
}

const firstPauseMs = 100;
const longestPauseMs = 1000;
/** Faucet's own file watching takes up to 5 s, a reload at hundreds of ports some more. */
const followMs = 12_000;

/** Makes the function to call after a change of the files: asks Faucet until it has loaded or refused it, then rests. */
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

/** Nothing more to hear: loaded, or no Faucet there to say anything. */
function isSettled(status: FaucetStatus): boolean {
  return status.loaded || !status.reachable;
}
