import type { Spawn } from '@dovesnap/command';
import { type ChangeReader, changeReader } from './read-change.ts';
import type { Backend, ChangesOptions, Clock, RuleChange } from './types.ts';

/**
 * Minimum time between checks of the rules, in milliseconds. Docker runs a dozen programs to create one network, and
 * each of them is a change.
 */
const gatherMs = 100;

/**
 * Polling interval while no change notifications are available, in milliseconds. A missing rule is restored within a
 * second: a check and a repair take a few tenths of a second on a busy machine.
 */
const lookMs = 700;

/**
 * Additional checks after `nft monitor` was started, in milliseconds, because it does not report changes made before it
 * listens. It starts listening after some milliseconds, on a busy machine after some hundred.
 */
const settleMs = [1000, 5000] as const;

/** Longest delay before `nft monitor` is restarted, in milliseconds. The delay grows from {@link lookMs}. */
const longestPauseMs = 60_000;

/** Dependencies for following changes. */
export interface ChangesEdges {
  readonly backend: Backend;
  readonly spawn: Spawn;
  readonly clock: Clock;
}

/**
 * Yields what may have changed, until the signal fires. Yields once at the start. Then, on nf_tables, it yields whenever
 * `nft monitor` reports a change. On legacy tables, which have no notifications, it yields every {@link lookMs}. Changes
 * that arrive while the reader is busy are merged into one.
 */
export async function* ruleChanges(
  edges: ChangesEdges,
  options: ChangesOptions,
): AsyncGenerator<RuleChange, void> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const reader = changeReader(options.tables ?? {});
  const bell = makeBell(signal);
  const follower = { ...edges, reader, bell, signal, onBlind: options.onBlind };
  bell.ring(reader.everything);
  const ringing = edges.backend === 'nft' ? ringWhenTold(follower) : ringSteadily(follower);
  try {
    for (;;) {
      const change = await bell.rung();
      if (signal.aborted || change === undefined) return;
      yield change;
      await edges.clock.sleep(gatherMs, signal);
    }
  } finally {
    over.abort();
    await ringing;
  }
}

interface Bell {
  ring(change: RuleChange): void;
  /** Resolves when the bell has rung since the last call, with all that it rang for; undefined: the signal has fired. */
  rung(): Promise<RuleChange | undefined>;
}

function makeBell(signal: AbortSignal): Bell {
  let pending: RuleChange | undefined;
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    ring: (change) => {
      pending = pending === undefined ? change : merge(pending, change);
      wake();
    },
    rung: async () => {
      if (pending === undefined && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const change = pending;
      pending = undefined;
      return change;
    },
  };
}

function merge(a: RuleChange, b: RuleChange): RuleChange {
  return { rules: a.rules || b.rules, tables: new Set([...a.tables, ...b.tables]) };
}

/** What rings the bell. */
interface Follower extends Pick<ChangesEdges, 'spawn' | 'clock'> {
  readonly reader: ChangeReader;
  readonly bell: Bell;
  readonly signal: AbortSignal;
  readonly onBlind: ChangesOptions['onBlind'];
}

async function ringSteadily({ clock, bell, reader, signal }: Follower): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal);
    bell.ring(reader.everything);
  }
}

/**
 * Rings on each change that `nft monitor` reports. While it is not running, rings at a fixed interval and restarts it.
 */
async function ringWhenTold(follower: Follower): Promise<void> {
  const { clock, bell, reader, signal, onBlind } = follower;
  for (let pause = lookMs; !signal.aborted; ) {
    const startedAt = clock.now();
    const reason = await ringWhileItRuns(follower);
    if (signal.aborted) return;
    onBlind?.(reason);
    const ranLong = clock.now() - startedAt > longestPauseMs;
    pause = ranLong ? lookMs : Math.min(pause * 2, longestPauseMs);
    const tryAt = clock.now() + pause;
    while (!signal.aborted && clock.now() < tryAt) {
      bell.ring(reader.everything);
      await clock.sleep(lookMs, signal);
    }
  }
}

/** Rings while `nft monitor` runs. Returns the reason why it ended. */
async function ringWhileItRuns(follower: Follower): Promise<string> {
  const { spawn, clock, bell, reader, signal } = follower;
  const ended = new AbortController();
  const running = AbortSignal.any([signal, ended.signal]);
  const child = spawn('nft', ['monitor'], { signal });
  const settling = settleMs.map(async (ms) => {
    await clock.sleep(ms, running);
    if (!running.aborted) bell.ring(reader.everything);
  });
  let said = '';
  try {
    for await (const { stream, text } of child.lines) {
      if (signal.aborted) break;
      if (stream === 'stderr') {
        said = text;
        continue;
      }
      const change = reader.read(text);
      if (change !== undefined) bell.ring(change);
    }
    const { code, signal: by } = await child.exited;
    return said || `nft monitor ended with ${code ?? by}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    ended.abort();
    await child.close();
    await Promise.all(settling);
  }
}
