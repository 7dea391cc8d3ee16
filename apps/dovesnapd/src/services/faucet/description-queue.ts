import type { Edit } from '@dovesnap/faucet-config';
import type { Parts } from '../core/parts.ts';
import { keeper } from '../core/upkeep.ts';

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
export function descriptionQueue(
  parts: Pick<Parts, 'clock' | 'failures' | 'retries' | 'signal'>,
  write: (again: boolean) => Promise<unknown>,
): DescriptionQueue {
  const queued = new Map<string, Edit>();
  const keep = keeper<undefined>(parts, {
    what: 'write descriptions of ports to faucet.yaml',
    gatherMs: descriptionDelayMs,
    isPatient: true,
    act: async (_, why) => {
      if (queued.size > 0) await write(why === 'due');
    },
  });
  return {
    add: (subject, edit) => {
      queued.set(subject, edit);
      keep.look(undefined);
    },
    take: () => {
      const taken = [...queued];
      queued.clear();
      return taken;
    },
    giveBack: (taken) => {
      for (const [subject, edit] of taken) if (!queued.has(subject)) queued.set(subject, edit);
      if (queued.size > 0) keep.look(undefined);
    },
  };
}
