import { CommandError, type Spawn } from '@dovesnap/command';
import { formatRequest, parseReply, type Reply } from './ip-reply.ts';
import { type RunningIp, startIp } from './start-ip.ts';
import type { Wait } from './types.ts';
import { withinWait } from './within-wait.ts';

/**
 * How long one process is used, in milliseconds. ip never forgets the alternative names of a link that it has looked up
 * (iproute2 6.1 and 6.15): when such a name passes to another link meanwhile, changes still go to the old one.
 */
const longestUseMs = 60_000;

/**
 * How long a request may take that has no limit of its own, in milliseconds. The kernel has one lock for all links, which
 * may be busy for seconds where many namespaces end at once; what takes longer hangs, and everything behind it waits.
 */
const longestRequestMs = 30_000;

/** A long-lived `ip` that takes changes, and is replaced when it has ended. */
export interface LongIp {
  readonly closed: boolean;
  /**
   * Gives ip one line. `links` are the names in it that ip looks up. Requests run in the order of the calls. Resolves to
   * the reason when the line failed, otherwise to undefined. Without a deadline in `wait`, 30 s are allowed from when
   * the request is next.
   * @throws CommandError `EXIT` when the line ended ip, for instance because ip cannot parse it; `NOT_FOUND`,
   * `TIMEOUT`, `ABORTED`.
   */
  ask(line: string, links: readonly string[], wait: Wait): Promise<string | undefined>;
  /** Ends ip after the requests so far. */
  close(): Promise<void>;
}

/** Opens a long-lived `ip`. The first request starts it. */
export function openIp(spawn: Spawn, now: () => number): LongIp {
  let running: RunningIp | undefined;
  let since = 0;
  let closed = false;
  let queued = 0;
  let turns: Promise<unknown> = Promise.resolve();

  const retire = async (): Promise<void> => {
    const old = running;
    running = undefined;
    await old?.close();
  };
  const ready = (): RunningIp => {
    if (running?.ended === true || now() - since > longestUseMs) void retire();
    if (running === undefined) {
      running = startIp(spawn);
      since = now();
    }
    return running;
  };
  const attempt = async (request: string, stopped: AbortSignal): Promise<Reply> => {
    stopped.throwIfAborted();
    try {
      const reply = parseReply(await ready().ask(request, stopped));
      if (reply.stale) void retire();
      return reply;
    } catch (error) {
      void retire();
      throw error;
    }
  };
  const exchange = async (request: string, stopped: AbortSignal): Promise<string | undefined> => {
    const first = await attempt(request, stopped).catch((error: unknown) => {
      if (endedSilently(error)) return undefined;
      throw error;
    });
    const isDone = first !== undefined && (first.failure === undefined || !first.stale);
    return (isDone ? first : await attempt(request, stopped)).failure;
  };
  const inTurn = async (request: string, stopped: AbortSignal): Promise<string | undefined> => {
    try {
      return await exchange(request, stopped);
    } finally {
      queued -= 1;
      // Also after `close`: a call with several lines that was under way then still has the rest of them.
      if (closed && queued === 0) await retire();
    }
  };

  return {
    get closed(): boolean {
      return closed;
    },
    ask: (line, links, wait) =>
      withinWait(wait, (stopped) => {
        queued += 1;
        const request = formatRequest(line, links);
        const result = turns.then(() =>
          wait.deadline === undefined
            ? withinWait({ deadline: longestRequestMs }, (late) =>
                inTurn(request, AbortSignal.any([stopped, late])),
              )
            : inTurn(request, stopped),
        );
        turns = result.catch(() => undefined);
        return result;
      }),
    close: async () => {
      closed = true;
      await turns;
      await retire();
    },
  };
}

/**
 * Returns whether ip ended without a word about the request, as when someone had killed it before. A fresh one then gets
 * the request. If the old one did carry it out, the fresh one says so, as for every change that is already in effect.
 */
function endedSilently(error: unknown): boolean {
  return error instanceof CommandError && error.code === 'EXIT' && error.stderr === '';
}
