import { FaucetConfigError } from '../error.ts';
import type { Content } from './content.ts';
import { halves, planWrite } from './plan-write.ts';
import type { Request } from './request.ts';
import { closedWindow, followWindow, type WriteWindow, writeIntoWindow } from './write-window.ts';
import { contended, type WriterParts } from './writer-parts.ts';

/** The single writer. Calls wait here for the next write and share it. */
export interface Writer {
  add(request: Request): void;
  /** Removes a request that is not yet written from the queue. */
  withdraw(request: Request): boolean;
  /** Whether anything is waiting for the file or for Faucet. */
  isBusy(): boolean;
}

/** How long to wait for Faucet's report before a write. Faucet may be busy with a change by someone else. */
const askBeforeMs = 1000;
/** An invalid file may be one that an editor is still writing. It is read again after this time. */
const editorMs = 50;
/** How often a write is planned again because someone else wrote in between. */
const attempts = 10;

/** Returns the writer of a store. It does nothing while the queue is empty. */
export function storeWriter(parts: WriterParts): Writer {
  const queue: Request[] = [];
  /** Parts of a refused write, retried one after the other before anything newer. */
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
        // A Faucet that is unavailable refuses nothing, so new requests join the same window. New requests also do not
        // wait for content by someone else to which edits cannot be applied: they are rejected with its problem.
        const isFree = !isOpen() || window.away || window.unfit !== undefined;
        if (hasWork() && isFree) await writeNext(parts, window, take, retry);
        else
          await followWindow(window, parts, retry, AbortSignal.any([nudge.signal, parts.signal]));
      }
    } finally {
      // In the same turn as the last check of the queue: otherwise, a call that arrives in between would wait forever.
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
  retry: (groups: readonly (readonly Request[])[]) => void,
): Promise<void> {
  const answer = await parts.ask(askBeforeMs);
  const before = answer.kind === 'report' ? answer.report : undefined;
  let group = take();
  for (const request of group) request.before = before;
  for (let attempt = 1; attempt <= attempts && group.length > 0; attempt++) {
    try {
      const content = parts.read();
      const loaded = before?.hashes.includes(content.hash) ?? false;
      group = withoutRefused(parts, content, group, loaded);
      if (group.length === 0) return;
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
      if (group.length > 1 && parts.refusals.find(text) !== undefined) return retry(halves(group));
      if (await writeIntoWindow(window, parts, content, text, group, before)) return;
    } catch (error) {
      for (const request of group) parts.settle(request, asConfigError(error, parts.path));
      return;
    }
  }
  for (const request of group) parts.settle(request, contended(parts.path));
}

/** Rejects requests whose resulting text Faucet has refused before, with Faucet's earlier error. */
function withoutRefused(
  parts: WriterParts,
  content: Content,
  group: readonly Request[],
  loaded: boolean,
): readonly Request[] {
  if (parts.refusals.none) return group;
  return group.filter((request) => {
    if (request.again) return true;
    const plan = planWrite(content, [request], loaded);
    const { text } = plan.opened;
    const refusal =
      plan.accepted.length === 0 || text === content.text ? undefined : parts.refusals.find(text);
    if (refusal !== undefined) parts.settle(request, refusal);
    return refusal === undefined;
  });
}

function asConfigError(error: unknown, path: string): FaucetConfigError {
  if (error instanceof FaucetConfigError) return error;
  return new FaucetConfigError('WRITE', `${path} cannot be edited: ${String(error)}`, {
    file: path,
    cause: error,
  });
}
