import { CommandError } from '@dovesnap/command';
import { isAlreadySo } from './already-so.ts';
import { batchLine, type IpChange } from './batch-line.ts';
import { codeOfToolText, NetnsError, type NetnsErrorCode, toNetnsError } from './error.ts';
import type { Namespace } from './namespace.ts';

/** One line of a batch that ip could not do. */
interface Failure {
  /** Counted from 0. */
  readonly index: number;
  readonly text: string;
}

const removals: readonly IpChange['kind'][] = ['remove-link', 'remove-address', 'remove-route'];

/**
 * Runs the changes as one `ip -batch`. At a change that is already so ip stops, and the rest runs as the next batch;
 * when all are removals ip goes on by itself (`-force`), since none needs another. @throws NetnsError
 */
export async function applyIpChanges(
  namespace: Namespace,
  changes: readonly IpChange[],
): Promise<void> {
  const lines = changes.map((change) => checkedLine(change, namespace));
  const force = changes.every(({ kind }) => removals.includes(kind));
  let next = 0;
  while (next < changes.length) {
    const failures = await runBatch(namespace, changes.slice(next), lines.slice(next), force);
    for (const { index, text } of failures) {
      const change = changes[next + index];
      if (change !== undefined) await tolerate(namespace, change, text);
    }
    const stop = failures[0]?.index;
    next = force || stop === undefined ? changes.length : next + stop + 1;
  }
}

function checkedLine(change: IpChange, { target }: Namespace): string {
  try {
    return batchLine(change);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NetnsError('BAD_VALUE', `${describe(change)}: ${why}`, { change, target, cause });
  }
}

async function runBatch(
  namespace: Namespace,
  changes: readonly IpChange[],
  lines: readonly string[],
  force: boolean,
): Promise<readonly Failure[]> {
  const options = force ? ['-force', '-batch', '-'] : ['-batch', '-'];
  try {
    await namespace.run(['ip', ...options], `${lines.join('\n')}\n`);
    return [];
  } catch (cause) {
    const failures = cause instanceof CommandError ? parseFailures(cause.stderr) : [];
    if (failures.length > 0) return failures;
    const change = blame(cause, changes, lines);
    throw toNetnsError(describe(change), cause, { change, target: namespace.target });
  }
}

/** Reads what ip 6.1 writes for each line that failed: its reason, then `Command failed FILE:LINE`. */
export function parseFailures(stderr: string): readonly Failure[] {
  const failures: Failure[] = [];
  let text: string[] = [];
  for (const line of stderr.split('\n')) {
    const number = /^Command failed .*:(\d+)$/.exec(line)?.[1];
    if (number === undefined) text.push(line);
    else {
      failures.push({ index: Number(number) - 1, text: text.join('\n').trim() });
      text = [];
    }
  }
  return failures;
}

/** A word that ip cannot read (a namespace that is gone) ends it without a line number, but it names the word. */
function blame(
  cause: unknown,
  changes: readonly IpChange[],
  lines: readonly string[],
): IpChange | undefined {
  const word = cause instanceof CommandError && /argument "(.*)" is wrong/.exec(cause.stderr)?.[1];
  const index = word ? lines.findIndex((line) => line.includes(word)) : 0;
  return changes[Math.max(index, 0)];
}

async function tolerate(namespace: Namespace, change: IpChange, text: string): Promise<void> {
  const code = codeOfToolText(text);
  if (await isAlreadySo(namespace, change, text, code)) return;
  throw new NetnsError(atLink(change, code), `${describe(change)}: ${text}`, {
    change,
    target: namespace.target,
  });
}

/** ip says EINVAL also for a namespace path that is no namespace. */
function atLink(change: IpChange, code: NetnsErrorCode): NetnsErrorCode {
  const moves = change.kind === 'set-link' && change.settings.netns !== undefined;
  return moves && code === 'BAD_VALUE' ? 'NAMESPACE_GONE' : code;
}

function describe(change: IpChange | undefined): string {
  switch (change?.kind) {
    case undefined:
      return 'links could not be changed';
    case 'add-veth':
      return `veth ${change.name} with peer ${change.peer} could not be added`;
    case 'remove-link':
      return `link ${change.name} could not be removed`;
    case 'set-link':
      return `link ${change.name} could not be changed`;
    case 'add-address':
      return `address ${change.address} could not be added to ${change.link}`;
    case 'remove-address':
      return `address ${change.address} could not be removed from ${change.link}`;
    case 'add-route':
      return `route to ${change.route.destination} could not be added`;
    case 'remove-route':
      return `route to ${change.route.destination} could not be removed`;
  }
}
