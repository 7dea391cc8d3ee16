import type { FaucetConfigError } from './error.ts';
import type { ReloadAnswer } from './reload.ts';
import type { Content } from './store-content.ts';
import type { FaucetStatus } from './store-types.ts';

/** What is known, and those who want to hear when it changes. */
export interface StatusKeeper {
  status(): FaucetStatus;
  /** Takes in what the files hold. */
  noteContent(content: Content): void;
  /** Takes in that the file cannot be read. */
  noteUnreadable(error: FaucetConfigError): void;
  /** Takes in what Faucet answered. */
  noteAnswer(answer: ReloadAnswer): void;
  changes(signal: AbortSignal): AsyncIterable<FaucetStatus>;
  /** Ends every stream of changes. */
  close(): void;
}

/** What Faucet last said. */
interface Heard {
  readonly reachable: boolean;
  readonly hashes: readonly string[];
  readonly error: string;
}

/** Starts with a file that has not been looked at and a Faucet that has not been asked. */
export function statusKeeper(): StatusKeeper {
  const listeners = new Set<() => void>();
  const closed = new AbortController();
  let content: Content | undefined;
  let unreadable: FaucetConfigError | undefined;
  let heard: Heard = { reachable: false, hashes: [], error: '' };
  let current = statusOf(content, unreadable, heard);
  const publish = (contentChanged: boolean): void => {
    const next = statusOf(content, unreadable, heard);
    if (!contentChanged && JSON.stringify(next) === JSON.stringify(current)) return;
    current = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    status: () => current,
    noteContent(next) {
      const changed = next !== content || unreadable !== undefined;
      content = next;
      unreadable = undefined;
      if (changed) publish(true);
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
        if (seen === current) await nextChange(listeners, ended);
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
): FaucetStatus {
  const problems = unreadable === undefined ? (content?.problems ?? []) : [];
  return {
    file: fileState(content, unreadable),
    reason: unreadable?.message ?? problems[0]?.message,
    problems,
    reachable: heard.reachable,
    loaded: unreadable === undefined && content !== undefined && holds(content, heard.hashes),
    loadError: heard.error === '' ? undefined : heard.error,
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

/** Faucet names the files by its own paths, which in a container are not ours: only the hashes are compared. */
function holds(content: Content, hashes: readonly string[]): boolean {
  return (
    content.text !== undefined && [...content.hashes].sort().join() === [...hashes].sort().join()
  );
}
