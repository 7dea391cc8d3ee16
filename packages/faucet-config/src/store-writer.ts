import { FaucetConfigError } from './error.ts';
import { contended, type WriterParts } from './store-parts.ts';
import { planWrite } from './store-plan.ts';
import type { Request } from './store-request.ts';
import { closedWindow, followWindow, type WriteWindow, writeIntoWindow } from './store-window.ts';

/** The one that writes: calls wait here for the next write, and share it. */
export interface Writer {
  add(request: Request): void;
  /** Takes a request back that is not written yet. */
  withdraw(request: Request): boolean;
  /** Whether anything is waiting for the file or for Faucet. */
  isBusy(): boolean;
}

/** How long Faucet may take to say what it had before a write; it may be busy with somebody else's. */
const askBeforeMs = 1000;
/** A file that is broken may be one that an editor is half through writing: it is looked at again after this. */
const editorMs = 50;
/** Times that a write is planned anew because somebody else wrote in between. */
const attempts = 10;

/** Makes the writer of a store. It does nothing while nothing waits. */
export function storeWriter(parts: WriterParts): Writer {
  const queue: Request[] = [];
  /** Parts of a refused write, to be tried one after the other before anything newer. */
  const retries: (readonly Request[])[] = [];
  const window = closedWindow();
  let working = false;
  let nudge = new AbortController();
  const take = (): readonly Request[] => retries.shift() ?? queue.splice(0);
  const hasWork = (): boolean => queue.length > 0 || retries.length > 0;
  const isOpen = (): boolean => window.written.length > 0;
  const retry = (groups: readonly (readonly Request[])[]): void => {
    for (const request of groups.flat()) request.written = false;
    retries.unshift(...groups);
  };
  const work = async (): Promise<void> => {
    working = true;
    try {
      while (!parts.signal.aborted && (hasWork() || isOpen())) {
        // A Faucet that is away refuses nothing: what is new goes into the same window.
        if (hasWork() && (!isOpen() || window.away)) await writeNext(parts, window, take);
        else
          await followWindow(window, parts, retry, AbortSignal.any([nudge.signal, parts.signal]));
      }
    } finally {
      // In the same turn as the last look at the queue, or a call that comes in between would wait for ever.
      working = false;
    }
  };
  const start = (): void => {
    nudge.abort();
    nudge = new AbortController();
    if (!working) void work();
  };
  return {
    add(request) {
      queue.push(request);
      start();
    },
    withdraw(request) {
      const at = queue.indexOf(request);
      if (at >= 0) queue.splice(at, 1);
      return at >= 0;
    },
    isBusy: () => working,
  };
}

async function writeNext(
  parts: WriterParts,
  window: WriteWindow,
  take: () => readonly Request[],
): Promise<void> {
  const answer = await parts.ask(askBeforeMs);
  const before = answer.kind === 'report' ? answer.report : undefined;
  let group = take();
  for (const request of group) request.before = before;
  for (let attempt = 1; attempt <= attempts && group.length > 0; attempt++) {
    try {
      const content = parts.read();
      const loaded = before?.hashes.includes(content.hash) ?? false;
      const plan = planWrite(content, group, loaded);
      const isBroken = plan.rejected.some(({ error }) => error.code === 'BROKEN');
      if (isBroken && attempt === 1) {
        await parts.clock.sleep(editorMs, parts.signal);
        continue;
      }
      for (const { request, error } of plan.rejected) parts.settle(request, error);
      group = plan.accepted;
      if (group.length === 0) return;
      const { text } = plan.opened;
      if (await writeIntoWindow(window, parts, content, text, group, before)) return;
    } catch (error) {
      for (const request of group) parts.settle(request, asConfigError(error, parts.path));
      return;
    }
  }
  for (const request of group) parts.settle(request, contended(parts.path));
}

function asConfigError(error: unknown, path: string): FaucetConfigError {
  if (error instanceof FaucetConfigError) return error;
  return new FaucetConfigError('WRITE', `${path} cannot be edited: ${String(error)}`, {
    file: path,
    cause: error,
  });
}
