import type { Edit } from '@dovesnap/faucet-config';
import type { Clock } from '../../edges/edges.ts';
import type { Retries } from '../core/retries.ts';

/** Descriptions serve people only, and each write makes Gauge restart its counters: they wait for company. */
export const descriptionDelayMs = 15_000;

/** An edit that only people care about, by what it is about. */
export type Description = readonly [subject: string, edit: Edit];

/** Edits that go with the next write, or after a while. */
export interface DescriptionQueue {
  add(subject: string, edit: Edit): void;
  /** Those that wait: whoever takes them writes them. */
  take(): readonly Description[];
  /** They could not be written; what has been added since is newer. */
  giveBack(taken: readonly Description[]): void;
}

/** Makes an empty {@link DescriptionQueue}; `write` takes what waits and writes it. */
export function descriptionQueue(options: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly retries: Pick<Retries, 'untilDone'>;
  readonly write: (again: boolean) => Promise<unknown>;
}): DescriptionQueue {
  const { clock, signal, retries, write } = options;
  const queued = new Map<string, Edit>();
  let isWaiting = false;
  const writeLater = async (): Promise<void> => {
    await clock.sleep(descriptionDelayMs, signal);
    await retries.untilDone(
      { what: 'write descriptions of ports to faucet.yaml' },
      async (why) => {
        if (queued.size > 0) await write(why === 'due');
      },
      { signal },
    );
  };
  const wait = (): void => {
    if (isWaiting || queued.size === 0 || signal.aborted) return;
    isWaiting = true;
    const done = (): void => {
      isWaiting = false;
      wait();
    };
    // Rejects only when the daemon stops.
    writeLater().then(done, () => undefined);
  };
  return {
    add: (subject, edit) => {
      queued.set(subject, edit);
      wait();
    },
    take: () => {
      const taken = [...queued];
      queued.clear();
      return taken;
    },
    giveBack: (taken) => {
      for (const [subject, edit] of taken) if (!queued.has(subject)) queued.set(subject, edit);
      wait();
    },
  };
}
