import { FaucetConfigError } from './error.ts';
import type { ReloadReport } from './reload-report.ts';
import { type Content, contentHash } from './store-content.ts';
import type { WriterParts } from './store-parts.ts';
import { baselineOf, verdictOf } from './store-verdict.ts';

const askMs = 2000;
const pauseMs = 20;
/** How long to wait for Faucet's word on the content that was put back; without a signal it looks every 3 to 5 s. */
const deadlineMs = 7000;
/** Faucet is told again when it has not said anything new in this time. */
const wakeAgainMs = 250;

/**
 * Puts the previous bytes back after Faucet refused ours, and waits for its word on those. Answers `REFUSED` when they
 * are fine, `BROKEN` when it refuses them too (then no edit of ours is at fault), `'changed'` when somebody else wrote
 * the file in this moment.
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
  const restored =
    content.text === base.text || (await parts.files.replace(path, content.text, base.text));
  if (!restored) return 'changed';
  parts.read();
  const alsoRefused = base.text !== undefined && (await refuses(parts, base.text, report));
  if (alsoRefused) {
    const message = `Faucet refuses ${path} as it is, without this edit: ${reason}; nothing was written`;
    return new FaucetConfigError('BROKEN', message, { file: path });
  }
  const message = `Faucet refused the edit: ${reason}; ${path} is as it was`;
  return new FaucetConfigError('REFUSED', message, { file: path });
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
