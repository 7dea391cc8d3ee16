import type { FaucetConfigError } from '../error.ts';
import type { ReloadAnswer } from '../reload/reload.ts';
import type { Content } from './content.ts';
import { held } from './hold-process.ts';
import type { FaucetStatus } from './store-types.ts';

/** Keeps the status and notifies listeners when it changes. */
export interface StatusKeeper {
  status(): FaucetStatus;
  /** Records the content of the files. */
  noteContent(content: Content, origin: Origin): void;
  /** Records that the file cannot be read. */
  noteUnreadable(error: FaucetConfigError): void;
  /** Records Faucet's answer. */
  noteAnswer(answer: ReloadAnswer): void;
  changes(signal: AbortSignal): AsyncIterable<FaucetStatus>;
  /** Ends every stream of changes. */
  close(): void;
}

/** Who wrote the content of the files. */
type Origin = Pick<FaucetStatus, 'changesByOthers' | 'unsettled'>;

/** Faucet's last answer. */
interface Heard {
  readonly reachable: boolean;
  readonly hashes: readonly string[];
  readonly error: string;
}

/** Returns a keeper whose file has not been read and whose Faucet has not been queried. */
export function statusKeeper(): StatusKeeper {
  const listeners = new Set<() => void>();
  const closed = new AbortController();
  let content: Content | undefined;
  let unreadable: FaucetConfigError | undefined;
  let heard: Heard = { reachable: false, hashes: [], error: '' };
  let origin: Origin = { changesByOthers: 0, unsettled: false };
  let current = statusOf(content, unreadable, heard, origin);
  const publish = (contentChanged: boolean): void => {
    const next = statusOf(content, unreadable, heard, origin);
    if (!contentChanged && JSON.stringify(next) === JSON.stringify(current)) return;
    current = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    status: () => current,
    noteContent(next, from) {
      const changed = next !== content || unreadable !== undefined;
      content = next;
      origin = from;
      unreadable = undefined;
      publish(changed);
    },
    noteUnreadable(error) {
      const changed = unreadable?.message !== error.message;
      unreadable = error;
      publish(changed);
    },
    noteAnswer(answer) {
      heard =
        answer.kind === 'report'
          ? { reachable: true, hashes: answer.report.hashes, error: answer.report.error }
          : { ...heard, reachable: false };
      publish(false);
    },
    async *changes(signal) {
      const ended = AbortSignal.any([signal, closed.signal]);
      let seen = current;
      while (!ended.aborted) {
        if (seen === current) await held(nextChange(listeners, ended));
        if (ended.aborted || seen === current) continue;
        seen = current;
        yield seen;
      }
    },
    close: () => closed.abort(),
  };
}

function nextChange(listeners: Set<() => void>, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      listeners.delete(done);
      ended.removeEventListener('abort', done);
      resolve();
    };
    listeners.add(done);
    ended.addEventListener('abort', done);
    if (ended.aborted) done();
  });
}

function statusOf(
  content: Content | undefined,
  unreadable: FaucetConfigError | undefined,
  heard: Heard,
  origin: Origin,
): FaucetStatus {
  const readable = unreadable === undefined ? content : undefined;
  return {
    file: fileState(content, unreadable),
    reason: unreadable?.message ?? readable?.problems[0]?.message,
    problems: [...(readable?.problems ?? []), ...(readable?.wrong ?? [])],
    reachable: heard.reachable,
    loaded: unreadable === undefined && content !== undefined && holds(content, heard.hashes),
    loadError: heard.error === '' ? undefined : heard.error,
    ...origin,
  };
}

function fileState(
  content: Content | undefined,
  unreadable: FaucetConfigError | undefined,
): FaucetStatus['file'] {
  if (unreadable !== undefined) return 'unreadable';
  if (content?.text === undefined) return 'missing';
  return content.problems.length === 0 ? 'ok' : 'invalid';
}

/**
 * Faucet reports the files under its own paths, which differ from ours if it runs in a container. Only hashes are
 * compared.
 */
function holds(content: Content, hashes: readonly string[]): boolean {
  return (
    content.text !== undefined && [...content.hashes].sort().join() === [...hashes].sort().join()
  );
}
