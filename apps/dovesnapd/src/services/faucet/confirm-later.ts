import type { Effect } from '../core/failures.ts';
import type { Parts } from '../core/parts.ts';
import type { PauseEnd } from '../core/retries.ts';
import type { FaucetDesk, Written } from './faucet-desk.ts';

/**
 * Waits in the background until Faucet has loaded what was `written`. What it refuses after all, which is then no longer in
 * the file, is written again; `why`: what ended the pause before.
 */
export function confirmLater(
  parts: Parts,
  desk: Pick<FaucetDesk, 'loaded'>,
  effect: Effect,
  {
    written,
    write,
  }: {
    readonly written: Written;
    readonly write: (why: PauseEnd | undefined) => Promise<Written>;
  },
): void {
  let first: Written | undefined = written;
  const confirm = async (why: PauseEnd | undefined): Promise<void> => {
    const last = first ?? (await write(why));
    first = undefined;
    if (!last.confirmed) await desk.loaded(last.revision, { signal: parts.signal });
  };
  parts.retries.keepTrying(effect, confirm, parts);
}
