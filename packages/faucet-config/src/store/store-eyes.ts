import type { Clock } from '../clock.ts';
import { FaucetConfigError } from '../error.ts';
import type { ConfigFiles } from '../file.ts';
import type { ReloadAnswer, ReloadLink } from '../reload/reload.ts';
import type { Watching } from '../watch.ts';
import { askMs } from './ask-ms.ts';
import { type Content, isBlocking, readContent } from './content.ts';
import { observe } from './observe.ts';
import type { OwnTexts } from './own-texts.ts';
import type { Refusals } from './refusals.ts';
import { statusKeeper } from './status-keeper.ts';
import type { FaucetStatus } from './store-types.ts';

/** Observes the store's files and its Faucet. Every read and every query updates the status. */
export interface StoreEyes {
  status(): FaucetStatus;
  changes(signal: AbortSignal): AsyncIterable<FaucetStatus>;
  /** Reads the files. @throws FaucetConfigError `UNREADABLE`. */
  read(): Content;
  ask(timeoutMs: number): Promise<ReloadAnswer>;
  /** Reads the files and queries Faucet once. Never rejects. */
  refresh(timeoutMs?: number): Promise<void>;
  isReloading(): boolean;
  whyUnconfirmed(): string;
  close(): void;
}

/** Dependencies of {@link storeEyes}. */
export interface EyesParts {
  readonly path: string;
  readonly files: ConfigFiles;
  readonly clock: Clock;
  readonly link: ReloadLink;
  readonly closed: AbortSignal;
  readonly own: OwnTexts;
  readonly refusals: Refusals;
  /** Whether the writer is already querying and reading. */
  isBusy(): boolean;
}

/** If Faucet has answered within this time and now stalls, it is assumed to be reloading (500 ports: up to 3 s). */
const reloadMs = 15_000;

/** Reads the files and queries Faucet, and does so again after every change of the files. */
export function storeEyes(parts: EyesParts): StoreEyes {
  const keeper = statusKeeper();
  let content: Content | undefined;
  let watching: Watching | undefined;
  let watched = '';
  let last: ReloadAnswer | undefined;
  let reportedAt = Number.NEGATIVE_INFINITY;
  let changesByOthers = 0;
  const noteOthers = (next: Content): void => {
    if (content === undefined || next === content) return;
    if (parts.own.isOurChange(content.text, next.text)) return;
    changesByOthers += 1;
    parts.refusals.forget();
  };
  const look = (next: Content): Content => {
    noteOthers(next);
    content = next;
    if (watched !== next.files.join('\0') && !parts.closed.aborted) {
      watched = next.files.join('\0');
      watching?.close();
      watching = parts.files.watch(next.files, onChange);
    }
    keeper.noteContent(next, { changesByOthers, unsettled: parts.own.isUnsettled(next.text) });
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
    const before = last;
    last = await parts.link.ask(timeoutMs);
    if (isAnother(before, last)) parts.refusals.forget();
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

/** Returns whether a different Faucet process may have answered: its counters restarted, or it was unavailable. */
function isAnother(before: ReloadAnswer | undefined, now: ReloadAnswer): boolean {
  if (now.kind === 'away') return true;
  return (
    before?.kind === 'report' &&
    now.kind === 'report' &&
    now.report.requests < before.report.requests
  );
}

/** A read error is in the status. */
function tryRead(read: () => Content): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof FaucetConfigError)) throw error;
  }
}

function why(last: ReloadAnswer | undefined, status: FaucetStatus): string {
  if (last !== undefined && last.kind !== 'report') return `Faucet does not answer: ${last.reason}`;
  if (status.file === 'unreadable') return `the file cannot be read any more: ${status.reason}`;
  const problem = status.problems.find(isBlocking);
  if (problem !== undefined) {
    return `somebody broke the file meanwhile: ${problem.file}:${problem.line}: ${problem.message}`;
  }
  return 'Faucet answers, but has loaded other content; it may be running without FAUCET_CONFIG_STAT_RELOAD=1';
}
