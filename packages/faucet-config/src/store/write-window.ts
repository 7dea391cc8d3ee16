import { FaucetConfigError } from '../error.ts';
import type { ReloadReport } from '../reload/reload-report.ts';
import { askMs } from './ask-ms.ts';
import { type Content, contentHash, normaliseLineEnds } from './content.ts';
import { halves, planWrite } from './plan-write.ts';
import type { Request } from './request.ts';
import { takeBack } from './take-back.ts';
import { type Baseline, baselineOf, verdictOf } from './verdict.ts';
import { contended, type WriterParts } from './writer-parts.ts';

/** What has been written and is not yet confirmed. */
export interface WriteWindow {
  /** In the order of their edits. Empty if everything is confirmed or has failed. */
  written: readonly Request[];
  /** The content of the file, unless someone else has written it since. */
  text: string | undefined;
  /** The text to restore if Faucet refuses ours. `known` is false if someone else wrote on top of our edits. */
  base: { readonly known: boolean; readonly text: string | undefined };
  /** Maps a hash to content that includes the edits of all requests up to one. */
  readonly contents: Map<string, { readonly upTo: number; readonly text: string }>;
  baseline: Baseline | undefined;
  previous: ReloadReport | undefined;
  /** Whether Faucet did not answer the last query. */
  away: boolean;
  /** Content by someone else to which our edits cannot be applied. It is left alone until it changes. */
  unfit: Content | undefined;
  /** How often our edits were reapplied to content that someone else wrote. */
  merges: number;
  /** Rounds since the last write. */
  rounds: number;
  woken: { readonly at: number; readonly requests: number };
}

/** Pauses between two queries while a caller waits. A warm reload takes 7 ms at 2 ports, 110 ms at 100. */
const eagerPausesMs = [2, 5, 10, 20, 30, 50];
const awayPauseMs = 50;
/** First and longest pause when no caller waits any more. */
const patientPauseMs = 100;
const longestPauseMs = 1000;
/** When to signal Faucet again: soon if it has finished the last request, later if it may still be working on it. */
const wakeAgainMs = 250;
const wakeAnywayMs = 1000;
const mostMerges = 5;

/** Returns an empty window. */
export function closedWindow(): WriteWindow {
  return {
    written: [],
    text: undefined,
    base: { known: false, text: undefined },
    contents: new Map(),
    baseline: undefined,
    previous: undefined,
    away: false,
    unfit: undefined,
    merges: 0,
    rounds: 0,
    woken: { at: 0, requests: 0 },
  };
}

/**
 * Writes a text that includes the requests' edits and signals Faucet. Returns false if the file no longer has
 * `content`.
 */
export async function writeIntoWindow(
  window: WriteWindow,
  parts: WriterParts,
  content: Content,
  text: string,
  requests: readonly Request[],
  before: ReloadReport | undefined,
): Promise<boolean> {
  if (window.written.length > 0 && content.text !== window.text) {
    await adopt(window, parts, content);
    return false;
  }
  const changes = text !== content.text;
  if (changes && !(await parts.own.replace(content.text, text))) return false;
  if (window.written.length === 0) {
    const baseline = before === undefined ? undefined : baselineOf(before, false);
    Object.assign(window, closedWindow(), { baseline, away: window.away });
    window.base = { known: true, text: content.text };
  }
  for (const request of requests) request.written = true;
  window.written = [...window.written, ...requests];
  holdContent(window, text);
  parts.read();
  if (!changes && before?.hashes.includes(contentHash(text))) confirm(window, parts, before);
  else await wake(window, parts, before?.requests ?? 0);
  return true;
}

function holdContent(window: WriteWindow, text: string): void {
  window.text = text;
  window.rounds = 0;
  window.contents.set(contentHash(text), { upTo: window.written.at(-1)?.number ?? 0, text });
}

async function wake(window: WriteWindow, parts: WriterParts, requests: number): Promise<void> {
  window.woken = { at: parts.clock.now(), requests };
  await parts.link.wake();
}

/**
 * Runs one round: queries Faucet, reads the file, acts on the result and pauses. `nudge` ends the pause. If Faucet
 * refused a whole write, `retry` receives its parts.
 */
export async function followWindow(
  window: WriteWindow,
  parts: WriterParts,
  retry: (groups: readonly (readonly Request[])[]) => void,
  nudge: AbortSignal,
): Promise<void> {
  const answer = await parts.ask(askMs);
  window.away = answer.kind === 'away';
  const report = answer.kind === 'report' ? answer.report : undefined;
  try {
    const content = readOrUndefined(parts);
    if (content !== undefined) await conclude(window, parts, content, report, retry);
  } catch (error) {
    failAll(window, parts, asWriteError(error, parts.path));
  }
  if (window.written.length > 0) await parts.clock.sleep(pauseMs(window), nudge);
}

/** A file that cannot be read now may become readable soon. Until then, the error is in the status. */
function readOrUndefined(parts: WriterParts): Content | undefined {
  try {
    return parts.read();
  } catch {
    return undefined;
  }
}

async function conclude(
  window: WriteWindow,
  parts: WriterParts,
  content: Content,
  report: ReloadReport | undefined,
  retry: (groups: readonly (readonly Request[])[]) => void,
): Promise<void> {
  const verdict = report === undefined ? undefined : verdictIn(window, report);
  if (verdict?.kind === 'loaded' && report !== undefined)
    confirm(window, parts, report, verdict.upTo);
  if (verdict?.kind === 'refused' && report !== undefined && isOurs(window, content)) {
    const group = window.written;
    const outcome = await takeBack(parts, content, window.base, verdict.reason, report);
    if (outcome === 'changed') return;
    if (window.base.known && window.text !== undefined) parts.refusals.note(window.text, outcome);
    window.written = [];
    if (outcome.code === 'REFUSED' && group.length > 1) retry(halves(group));
    else for (const request of group) parts.settle(request, outcome);
    return;
  }
  if (window.written.length === 0) return;
  if (content.text !== window.text) await adopt(window, parts, content);
  else if (report !== undefined && isTimeToWake(window, parts, report)) {
    await wake(window, parts, report.requests);
  }
}

function verdictIn(window: WriteWindow, report: ReloadReport): ReturnType<typeof verdictOf> {
  const { previous } = window;
  // If a counter went back, Faucet has restarted.
  if (window.baseline === undefined || report.requests < window.baseline.requests) {
    window.baseline = baselineOf(report, true);
  }
  window.previous = report;
  return verdictOf(window.contents, window.baseline, previous, report);
}

/** Returns whether the file has what we wrote, or what Faucet with AUTO_REVERT restored when it refused that. */
function isOurs(window: WriteWindow, content: Content): boolean {
  return content.text === window.text || isReverted(window, content);
}

/** AUTO_REVERT restores the last good text, but with normalised line endings (faucet 1.10.12). */
function isReverted(window: WriteWindow, content: Content): boolean {
  const { known, text } = window.base;
  if (!known || text === undefined || content.text === undefined) return false;
  return normaliseLineEnds(content.text) === normaliseLineEnds(text);
}

function isTimeToWake(window: WriteWindow, parts: WriterParts, report: ReloadReport): boolean {
  const since = parts.clock.now() - window.woken.at;
  return since >= (report.requests > window.woken.requests ? wakeAgainMs : wakeAnywayMs);
}

function confirm(
  window: WriteWindow,
  parts: WriterParts,
  report: ReloadReport,
  upTo: number = Number.POSITIVE_INFINITY,
): void {
  const done = window.written.filter((request) => request.number <= upTo);
  const held = [...window.contents.values()].find((content) => content.upTo === upTo);
  window.written = window.written.slice(done.length);
  if (held !== undefined) window.base = { known: true, text: held.text };
  if (window.written.length === 0) parts.own.settle();
  for (const request of done) parts.settle(request, report);
}

/**
 * Handles what someone else wrote after us. Missing edits are reapplied. Content that includes all edits counts as
 * ours. Content to which they cannot be applied is left alone.
 */
async function adopt(window: WriteWindow, parts: WriterParts, content: Content): Promise<void> {
  if (content === window.unfit) return;
  const plan = planWrite(content, window.written, false);
  if (plan.rejected.some(({ error }) => error.code === 'BROKEN')) {
    window.unfit = content;
    return;
  }
  window.unfit = undefined;
  const { text } = plan.opened;
  if (text !== content.text) {
    window.merges += 1;
    if (window.merges > mostMerges) return failAll(window, parts, contended(parts.path));
    if (!(await parts.own.replace(content.text, text))) return;
  }
  window.written = plan.accepted;
  for (const { request, error } of plan.rejected) parts.settle(request, error);
  // A revert may be visible before the refusal that caused it. The text to restore is still the one before the revert.
  if (!isReverted(window, content)) {
    window.base = { known: text !== content.text, text: content.text };
  }
  window.baseline = window.previous === undefined ? undefined : baselineOf(window.previous, true);
  if (window.written.length === 0) return;
  holdContent(window, text);
  parts.read();
  await wake(window, parts, window.previous?.requests ?? 0);
}

function failAll(window: WriteWindow, parts: WriterParts, error: FaucetConfigError): void {
  const failed = window.written;
  window.written = [];
  for (const request of failed) parts.settle(request, error);
}

function asWriteError(error: unknown, path: string): FaucetConfigError {
  if (error instanceof FaucetConfigError) return error;
  return new FaucetConfigError('WRITE', `${path}: ${String(error)}`, { file: path, cause: error });
}

function pauseMs(window: WriteWindow): number {
  const round = window.rounds++;
  if (window.written.some((request) => !request.settled.aborted)) {
    return window.away ? awayPauseMs : (eagerPausesMs[round] ?? eagerPausesMs.at(-1) ?? 0);
  }
  return Math.min(patientPauseMs * 1.2 ** Math.min(round, 100), longestPauseMs);
}
