import { CommandError } from '@dovesnap/command';
import type { IpChange } from './batch-line.ts';
import { describeChange } from './describe-change.ts';
import { toNetnsError } from './error.ts';
import { type Failure, parseFailures } from './ip-reply.ts';
import { linksOf } from './links-of.ts';
import type { Namespace } from './namespace.ts';

/** One line of `ip -batch` and the change that it is for. */
export interface IpLine {
  readonly change: IpChange;
  readonly text: string;
}

/**
 * The most lines for the long-lived `ip`. It would go on after a line that failed, so each line waits for the answer to
 * the one before, 0.1 ms each. From about 60 lines on, one program for all of them is faster in a process of 90 MB.
 */
const mostLines = 32;

/** How a batch runs. */
export interface BatchOptions {
  /** Whether it goes on after a line that failed. */
  readonly force: boolean;
  /** Whether it removes links that are mostly not there. */
  readonly isPrecaution: boolean;
}

/**
 * Runs the lines in order and returns those that failed. The first failure ends the batch, unless `force`.
 * @throws NetnsError when ip itself fails, for instance at a word that it cannot parse.
 */
export async function runBatch(
  namespace: Namespace,
  lines: readonly IpLine[],
  { force, isPrecaution }: BatchOptions,
): Promise<readonly Failure[]> {
  const { ask } = namespace;
  const changes = lines.map(({ change }) => change);
  if (ask === undefined || needsProgram(changes, isPrecaution)) {
    return await runProgram(namespace, lines, force);
  }
  const failures: Failure[] = [];
  for (const [index, { change, text: line }] of lines.entries()) {
    const text = await ask(line, linksOf(change)).catch((cause: unknown) => {
      throw toNetnsError(describeChange(change), cause, { change, target: namespace.target });
    });
    if (text !== undefined) failures.push({ index, text });
    if (text !== undefined && !force) break;
  }
  return failures;
}

/** Returns whether the changes are for a program of their own, although there is a long-lived one. */
function needsProgram(changes: readonly IpChange[], isPrecaution: boolean): boolean {
  const replaces = changes.some(takesAway) && !changes.every(takesAway);
  const takesLong = !isPrecaution && changes.some(isSlow);
  return changes.length > mostLines || replaces || takesLong || changes.some(moves);
}

/**
 * Returns whether the host may miss what the change takes away, and another change may give it back. A program gets both
 * lines at once: it does not need this process in between, which may be busy or end.
 */
function takesAway(change: IpChange): boolean {
  if (change.kind === 'set-link') return change.settings.up === false;
  return change.kind === 'remove-address' || change.kind === 'remove-route';
}

/** Returns whether the kernel takes 10 to 20 ms for the change if the link is there: everything behind it would wait. */
function isSlow({ kind }: IpChange): boolean {
  return kind === 'remove-link';
}

/**
 * Returns whether the change moves a link to another namespace. ip before 6.12 keeps that namespace open until it ends,
 * and the namespace would not go away before.
 */
function moves(change: IpChange): boolean {
  return change.kind === 'set-link' && change.settings.netns !== undefined;
}

async function runProgram(
  namespace: Namespace,
  lines: readonly IpLine[],
  force: boolean,
): Promise<readonly Failure[]> {
  const options = force ? ['-force', '-batch', '-'] : ['-batch', '-'];
  try {
    await namespace.run(['ip', ...options], lines.map(({ text }) => `${text}\n`).join(''));
    return [];
  } catch (cause) {
    const failures = cause instanceof CommandError ? parseFailures(cause.stderr) : [];
    if (failures.length > 0) return failures;
    const change = blame(cause, lines);
    throw toNetnsError(describeChange(change), cause, { change, target: namespace.target });
  }
}

/**
 * Finds the change at fault. A word that ip cannot parse (e.g. a missing namespace) ends ip without a line number, but
 * its message contains the word.
 */
function blame(cause: unknown, lines: readonly IpLine[]): IpChange | undefined {
  const word = cause instanceof CommandError && /argument "(.*)" is wrong/.exec(cause.stderr)?.[1];
  const index = word ? lines.findIndex(({ text }) => text.includes(word)) : 0;
  return lines[Math.max(index, 0)]?.change;
}
