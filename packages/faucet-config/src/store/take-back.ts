import { FaucetConfigError } from '../error.ts';
import type { ReloadReport } from '../reload/reload-report.ts';
import { askMs } from './ask-ms.ts';
import { type Content, contentHash, normaliseLineEnds } from './content.ts';
import { baselineOf, verdictOf } from './verdict.ts';
import type { WriterParts } from './writer-parts.ts';

const pauseMs = 20;
/**
 * How long to wait until Faucet loads or refuses the restored content. Without a signal, it checks its files every 3 to
 * 5 s.
 */
const deadlineMs = 7000;
/** Faucet is signalled again if it has reported nothing new in this time. */
const wakeAgainMs = 250;

/**
 * Restores the previous content after Faucet refused ours, and waits until Faucet loads or refuses it. Returns
 * `REFUSED` if Faucet loads it, `BROKEN` if Faucet refuses it too (then our edits are not at fault), or `'changed'` if
 * someone else wrote the file in the meantime.
 *
 * @throws FaucetConfigError `WRITE`.
 */
export async function takeBack(
  parts: WriterParts,
  content: Content,
  base: { readonly known: boolean; readonly text: string | undefined },
  reason: string,
  report: ReloadReport,
): Promise<FaucetConfigError | 'changed'> {
  const { path } = parts;
  if (!base.known) {
    const message = `Faucet refuses ${path}, which somebody else changed meanwhile: ${reason}`;
    return new FaucetConfigError('BROKEN', message, { file: path });
  }
  const restored = content.text === base.text || (await parts.own.replace(content.text, base.text));
  if (!restored) return 'changed';
  parts.read();
  const alsoRefused = base.text !== undefined && (await refuses(parts, base.text, report));
  await undoLateRevert(parts, base.text);
  settle(parts);
  if (alsoRefused) {
    const message = `Faucet refuses ${path} as it is, without this edit: ${reason}; nothing was written`;
    return new FaucetConfigError('BROKEN', message, { file: path });
  }
  const message = `Faucet refused the edit: ${reason}; ${path} is unchanged`;
  return new FaucetConfigError('REFUSED', message, { file: path });
}

/**
 * A Faucet with AUTO_REVERT may still have been reading a text with our edits when the previous content was restored. It
 * then writes that content once more, with normalised line endings, before it loads it (faucet 1.10.12).
 */
async function undoLateRevert(parts: WriterParts, text: string | undefined): Promise<void> {
  const reverted = text === undefined ? undefined : normaliseLineEnds(text);
  if (reverted !== text) await parts.own.replace(reverted, text);
}

/** From here on, it is known whose content Faucet accepts or refuses. */
function settle(parts: WriterParts): void {
  parts.own.settle();
  parts.read();
}

async function refuses(parts: WriterParts, text: string, refusal: ReloadReport): Promise<boolean> {
  const contents = new Map([[contentHash(text), { upTo: 0 }]]);
  const baseline = baselineOf(refusal, true);
  const end = parts.clock.now() + deadlineMs;
  let previous: ReloadReport | undefined;
  let wokenAt = Number.NEGATIVE_INFINITY;
  while (parts.clock.now() < end && !parts.signal.aborted) {
    if (parts.clock.now() - wokenAt >= wakeAgainMs) {
      await parts.link.wake();
      wokenAt = parts.clock.now();
    }
    const answer = await parts.ask(askMs);
    if (answer.kind === 'away') return false;
    if (answer.kind === 'report') {
      const verdict = verdictOf(contents, baseline, previous, answer.report);
      if (verdict.kind !== 'waiting') return verdict.kind === 'refused';
      previous = answer.report;
    }
    await parts.clock.sleep(pauseMs, parts.signal);
  }
  return false;
}
