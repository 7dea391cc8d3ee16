import { FaucetConfigError } from './error.ts';
import type { ReloadReport } from './reload-report.ts';
import { type Content, contentHash, normaliseLineEnds } from './store-content.ts';
import { contended, type WriterParts } from './store-parts.ts';
import { halves, planWrite } from './store-plan.ts';
import type { Request } from './store-request.ts';
import { takeBack } from './store-take-back.ts';
import { type Baseline, baselineOf, verdictOf } from './store-verdict.ts';

/** What has been written and is not confirmed. */
export interface WriteWindow {
  /** In the order of their edits; none: everything is confirmed or has failed. */
  written: readonly Request[];
  /** What the file holds unless somebody else has written since. */
  text: string | undefined;
  /** What to put back when Faucet refuses; `known` is false when somebody else wrote on top of our edits. */
  base: { readonly known: boolean; readonly text: string | undefined };
  /** Hash -> a content that holds the edits of all requests up to one. */
  readonly contents: Map<string, { readonly upTo: number; readonly text: string }>;
  baseline: Baseline | undefined;
  previous: ReloadReport | undefined;
  /** Whether Faucet did not answer when it was last asked. */
  away: boolean;
  /** Somebody else's content that our edits do not go into; it is left alone until it changes. */
  unfit: Content | undefined;
  /** Times that our edits had to be put back into what somebody else wrote. */
  merges: number;
  /** Rounds since the last write. */
  rounds: number;
  woken: { readonly at: number; readonly requests: number };
}

const askMs = 2000;
/** Pauses between two questions while a caller waits; a warm reload takes 7 ms at 2 ports, 110 ms at 100. */
const eagerPausesMs = [2, 5, 10, 20, 30, 50];
const awayPauseMs = 50;
/** Pauses while nobody waits any more, first and longest. */
const patientPauseMs = 100;
const longestPauseMs = 1000;
/** When to tell Faucet again: soon when it is through with the last request, later when it may be at it still. */
const wakeAgainMs = 250;
const wakeAnywayMs = 1000;
const mostMerges = 5;

/** A window with nothing in it. */
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

/** Writes a text that holds the requests' edits and tells Faucet; false when the file is no longer `content`. */
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
  if (changes && !(await parts.files.replace(parts.path, content.text, text))) return false;
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
 * One round: asks Faucet, looks at the file, draws the conclusion, pauses. `nudge` ends the pause. `retry` takes the
 * parts of a write that Faucet refused as a whole.
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

/** What cannot be read now may be readable in a moment; the status says so meanwhile. */
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
  // A counter that went back is that of a Faucet that was started meanwhile.
  if (window.baseline === undefined || report.requests < window.baseline.requests) {
    window.baseline = baselineOf(report, true);
  }
  window.previous = report;
  return verdictOf(window.contents, window.baseline, previous, report);
}

/** Whether the file holds what we wrote, or what a Faucet with AUTO_REVERT made of it when it refused. */
function isOurs(window: WriteWindow, content: Content): boolean {
  return content.text === window.text || isReverted(window, content);
}

/** AUTO_REVERT writes the last good text back, but with its line ends normalised (faucet 1.10.12). */
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
  for (const request of done) parts.settle(request, report);
}

/**
 * Takes in what somebody else wrote after us. Edits that it lacks are put back into it; a content that holds them all
 * is as good as ours; one that they do not go into is left alone.
 */
async function adopt(window: WriteWindow, parts: WriterParts, content: Content): Promise<void> {
  if (content === window.unfit) return;
  const plan = planWrite(content, window.written, false);
  if (plan.rejected.some(({ error }) => error.code === 'BROKEN')) {
    window.unfit = content;
    return;
  }
  const { text } = plan.opened;
  if (text !== content.text) {
    window.merges += 1;
    if (window.merges > mostMerges) return failAll(window, parts, contended(parts.path));
    if (!(await parts.files.replace(parts.path, content.text, text))) return;
  }
  window.written = plan.accepted;
  for (const { request, error } of plan.rejected) parts.settle(request, error);
  // A revert may be seen before the refusal that it follows: the bytes to put back are still the ones before it.
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
