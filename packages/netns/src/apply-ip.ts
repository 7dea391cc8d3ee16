import { leftToDo } from './already-so.ts';
import { batchLine, type IpChange } from './batch-line.ts';
import { describeChange } from './describe-change.ts';
import { codeOfToolText, NetnsError, type NetnsErrorCode } from './error.ts';
import type { Namespace } from './namespace.ts';
import { type IpLine, runBatch } from './run-batch.ts';

/** How a batch runs that stops at its first failure. */
const whole = { force: false, isPrecaution: false } as const;

const removals: readonly IpChange['kind'][] = ['remove-link', 'remove-address', 'remove-route'];

/**
 * Applies the changes with `ip -batch`. ip stops at a change that is already in effect; the rest then runs as the next
 * batch. If all changes are removals, ip continues by itself (`-force`), because no removal depends on another.
 *
 * Links that are removed before something else is made are mostly not there: their names are to be free. They are removed
 * first, by themselves.
 * @throws NetnsError
 */
export async function applyIpChanges(
  namespace: Namespace,
  changes: readonly IpChange[],
): Promise<void> {
  const lines = changes.map((change) => checkedLine(change, namespace));
  const first = changes.findIndex(({ kind }) => kind !== 'remove-link');
  if (first > 0) await applyLines(namespace, lines.slice(0, first), { isPrecaution: true });
  await applyLines(namespace, lines.slice(Math.max(0, first)), { isPrecaution: false });
}

async function applyLines(
  namespace: Namespace,
  lines: readonly IpLine[],
  { isPrecaution }: { readonly isPrecaution: boolean },
): Promise<void> {
  const force = lines.every(({ change }) => removals.includes(change.kind));
  let next = 0;
  while (next < lines.length) {
    const failures = await runBatch(namespace, lines.slice(next), { force, isPrecaution });
    for (const { index, text } of failures) {
      const change = lines[next + index]?.change;
      if (change !== undefined) await tolerate(namespace, change, text);
    }
    const stop = failures[0]?.index;
    next = force || stop === undefined ? lines.length : next + stop + 1;
  }
}

function checkedLine(change: IpChange, { target }: Namespace): IpLine {
  try {
    return { change, text: batchLine(change) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${describeChange(change)}: ${why}`;
    throw new NetnsError('BAD_VALUE', message, { change, target, cause });
  }
}

async function tolerate(namespace: Namespace, change: IpChange, text: string): Promise<void> {
  const code = codeOfToolText(text);
  const left = await leftToDo(namespace, change, text, code);
  if (left === undefined) throw refused(namespace, change, text);
  const lines = left.map((line) => ({ change, text: line }));
  const [failure] = lines.length === 0 ? [] : await runBatch(namespace, lines, whole);
  if (failure !== undefined) throw refused(namespace, change, failure.text);
}

function refused({ target }: Namespace, change: IpChange, text: string): NetnsError {
  const code = atLink(change, codeOfToolText(text));
  return new NetnsError(code, `${describeChange(change)}: ${text}`, { change, target });
}

/** Adjusts the code: ip also reports EINVAL for a path that is not a namespace. */
function atLink(change: IpChange, code: NetnsErrorCode): NetnsErrorCode {
  const moves = change.kind === 'set-link' && change.settings.netns !== undefined;
  return moves && code === 'BAD_VALUE' ? 'NAMESPACE_GONE' : code;
}
