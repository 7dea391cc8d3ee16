import type { Spawn } from '@dovesnap/command';
import type { Backend, ChangesOptions, Clock } from './types.ts';

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
 * Yields whenever the rules may have changed, until the signal fires. Yields once at the start. Then, on nf_tables, it
 * yields whenever `nft monitor` reports a change. On legacy tables, which have no notifications, it yields every
 * {@link lookMs}. Changes that arrive while the reader is busy are merged into one.
 */
export async function* ruleChanges(
  edges: ChangesEdges,
  options: ChangesOptions,
): AsyncGenerator<void, void> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const bell = makeBell(signal);
  bell.ring();
  const ringing =
    edges.backend === 'nft'
      ? ringWhenTold(edges, bell, signal, options)
      : ringSteadily(edges.clock, bell, signal);
  try {
    for (;;) {
      await bell.rung();
      if (signal.aborted) return;
      yield;
      await edges.clock.sleep(gatherMs, signal);
    }
  } finally {
    over.abort();
    await ringing;
  }
}

interface Bell {
  ring(): void;
  /** Resolves when the bell has rung since the last call, or at once when the signal has fired. */
  rung(): Promise<void>;
}

function makeBell(signal: AbortSignal): Bell {
  let hasRung = false;
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    ring: () => {
      hasRung = true;
      wake();
    },
    rung: async () => {
      if (!hasRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      hasRung = false;
    },
  };
}

async function ringSteadily(clock: Clock, bell: Bell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal);
    bell.ring();
  }
}

/**
 * Rings on each change that `nft monitor` reports. While it is not running, rings at a fixed interval and restarts it.
 */
async function ringWhenTold(
  { spawn, clock }: ChangesEdges,
  bell: Bell,
  signal: AbortSignal,
  { onBlind, tables = [] }: ChangesOptions,
): Promise<void> {
  for (let pause = lookMs; !signal.aborted; ) {
    const startedAt = clock.now();
    const reason = await ringWhileItRuns({ spawn, clock }, bell, signal, tables);
    if (signal.aborted) return;
    onBlind?.(reason);
    const ranLong = clock.now() - startedAt > longestPauseMs;
    pause = ranLong ? lookMs : Math.min(pause * 2, longestPauseMs);
    const tryAt = clock.now() + pause;
    while (!signal.aborted && clock.now() < tryAt) {
      bell.ring();
      await clock.sleep(lookMs, signal);
    }
  }
}

/** Rings while `nft monitor` runs. Returns the reason why it ended. */
async function ringWhileItRuns(
  { spawn, clock }: Pick<ChangesEdges, 'spawn' | 'clock'>,
  bell: Bell,
  signal: AbortSignal,
  tables: readonly string[],
): Promise<string> {
  const ended = new AbortController();
  const running = AbortSignal.any([signal, ended.signal]);
  const child = spawn('nft', ['monitor'], { signal });
  const settling = settleMs.map(async (ms) => {
    await clock.sleep(ms, running);
    if (!running.aborted) bell.ring();
  });
  let said = '';
  try {
    for await (const line of child.lines) {
      if (signal.aborted) break;
      if (line.stream === 'stderr') said = line.text;
      else if (isAboutTables(line.text, tables)) bell.ring();
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

/**
 * Returns whether a line of `nft monitor` (nftables 1.0.6) may concern a table of iptables, or a deletion from one of
 * `others`, such as `netdev mine`. Lines about unrelated tables look like `add rule inet firewalld ...` or
 * `add element ip fail2ban ...`. The deletion of a whole table always counts, because it is often one of many. A line
 * that cannot be parsed also counts, such as `# ERROR: We lost some netlink events!`.
 */
export function isAboutTables(line: string, others: readonly string[]): boolean {
  if (line.startsWith('# new generation') || line.trim() === '') return false;
  const [, verb, kind, family, table] = /^(\w+) (\w+) (\w+) (\S+)/.exec(line) ?? [];
  if (family === undefined || !families.includes(family)) return true;
  if (verb === 'delete' && (kind === 'table' || others.includes(`${family} ${table}`))) return true;
  return (family === 'ip' || family === 'ip6') && (table === 'filter' || table === 'nat');
}

/** Address families, from nft(8). */
const families: readonly string[] = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'];
