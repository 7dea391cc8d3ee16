import type { Clock } from './clock.ts';
import { FaucetConfigError } from './error.ts';
import type { ConfigFiles } from './file.ts';
import type { ReloadAnswer, ReloadLink } from './reload.ts';
import { type Content, readContent } from './store-content.ts';
import { observe } from './store-observe.ts';
import { statusKeeper } from './store-status.ts';
import type { FaucetStatus } from './store-types.ts';
import type { Watching } from './watch.ts';

/** The store's view of its files and its Faucet: every look at either keeps the status true. */
export interface StoreEyes {
  status(): FaucetStatus;
  changes(signal: AbortSignal): AsyncIterable<FaucetStatus>;
  /** @throws FaucetConfigError `UNREADABLE`. */
  read(): Content;
  ask(timeoutMs: number): Promise<ReloadAnswer>;
  /** Both, once; never rejects. */
  refresh(timeoutMs?: number): Promise<void>;
  isReloading(): boolean;
  whyUnconfirmed(): string;
  close(): void;
}

/** What {@link storeEyes} looks with. */
export interface EyesParts {
  readonly path: string;
  readonly files: ConfigFiles;
  readonly clock: Clock;
  readonly link: ReloadLink;
  readonly closed: AbortSignal;
  /** Whether the writer asks and reads anyway. */
  isBusy(): boolean;
}

const askMs = 2000;
/** A Faucet that has answered in this time and now stalls is taken to be reloading (500 ports: up to 3 s). */
const reloadMs = 15_000;

/** Looks at the files and asks Faucet, then again after every change of the files. */
export function storeEyes(parts: EyesParts): StoreEyes {
  const keeper = statusKeeper();
  let content: Content | undefined;
  let watching: Watching | undefined;
  let watched = '';
  let last: ReloadAnswer | undefined;
  let reportedAt = Number.NEGATIVE_INFINITY;
  const look = (next: Content): Content => {
    content = next;
    if (watched !== next.files.join('\0') && !parts.closed.aborted) {
      watched = next.files.join('\0');
      watching?.close();
      watching = parts.files.watch(next.files, onChange);
    }
    keeper.noteContent(next);
    return next;
  };
  const read = (): Content => {
    try {
      return look(readContent(parts.path, parts.files, content));
    } catch (error) {
      if (error instanceof FaucetConfigError) keeper.noteUnreadable(error);
      throw error;
    }
  };
  const ask = async (timeoutMs: number): Promise<ReloadAnswer> => {
    last = await parts.link.ask(timeoutMs);
    if (last.kind === 'report') reportedAt = parts.clock.now();
    keeper.noteAnswer(last);
    return last;
  };
  const refresh = async (timeoutMs = askMs): Promise<void> => {
    tryRead(read);
    await ask(timeoutMs);
  };
  const { clock, closed, isBusy } = parts;
  const follow = observe({ clock, signal: closed, refresh, status: keeper.status, isBusy });
  const onChange = (): void => {
    const before = content;
    tryRead(read);
    if (content !== before && !isBusy()) follow();
  };
  watching = parts.files.watch([parts.path], onChange);
  watched = parts.path;
  tryRead(read);
  void ask(askMs);
  return {
    status: keeper.status,
    changes: keeper.changes,
    read,
    ask,
    refresh,
    isReloading: () => last?.kind !== 'away' && clock.now() - reportedAt < reloadMs,
    whyUnconfirmed: () => why(last, keeper.status()),
    close() {
      watching?.close();
      keeper.close();
    },
  };
}

/** What cannot be read is in the status. */
function tryRead(read: () => Content): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof FaucetConfigError)) throw error;
  }
}

function why(last: ReloadAnswer | undefined, status: FaucetStatus): string {
  if (last !== undefined && last.kind !== 'report') return `Faucet is away: ${last.reason}`;
  if (status.file === 'unreadable') return `the file cannot be read any more: ${status.reason}`;
  const [problem] = status.problems;
  if (problem !== undefined) {
    return `somebody broke the file meanwhile: ${problem.file}:${problem.line}: ${problem.message}`;
  }
  return 'Faucet answers, but has another content loaded; it may run without FAUCET_CONFIG_STAT_RELOAD=1';
}
