import type { ConfigFiles } from '../file.ts';
import { normaliseLineEnds } from './content.ts';

/** Writes the main file, and distinguishes its own changes from those of others. */
export interface OwnTexts {
  /**
   * Replaces one text with another. Returns false if the file now has other content.
   *
   * @throws FaucetConfigError `WRITE`.
   */
  replace(before: string | undefined, text: string | undefined): Promise<boolean>;
  /** Records that Faucet has loaded or refused what was last written. */
  settle(): void;
  /** Returns whether we changed the file from one text to the other. */
  isOurChange(from: string | undefined, to: string | undefined): boolean;
  /** Returns whether we wrote or rolled back this text of the file and Faucet has not yet loaded or refused it. */
  isUnsettled(text: string | undefined): boolean;
}

/** Returns a record for a file that others have written. */
export function ownTexts(path: string, files: Pick<ConfigFiles, 'replace'>): OwnTexts {
  let last: { before: string | undefined; text: string | undefined; settled: boolean } | undefined;
  /** Faucet with AUTO_REVERT restores a text itself, with normalised line endings (faucet 1.10.12). */
  const isReverted = (text: string | undefined): boolean =>
    last?.before !== undefined && text === normaliseLineEnds(last.before);
  return {
    async replace(before, text) {
      const previous = last;
      // A watcher of the file may see the change before this call returns.
      last = { before, text, settled: false };
      let done = false;
      try {
        done = await files.replace(path, before, text);
        return done;
      } finally {
        if (!done) last = previous;
      }
    },
    settle() {
      if (last !== undefined) last.settled = true;
    },
    isOurChange: (from, to) =>
      last !== undefined &&
      from !== to &&
      (to === last.text || (from === last.text && isReverted(to))),
    isUnsettled: (text) => last?.settled === false && (text === last.text || isReverted(text)),
  };
}
