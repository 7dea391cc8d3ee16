import type { Parts } from './parts.ts';

/** What is listened to. */
export interface Source<T> {
  /** What it tells of, as it precedes "are not watched": `links`. */
  readonly what: string;
  /** Tells until the daemon stops. */
  readonly news: () => AsyncIterable<T>;
  readonly heard: (news: T) => void;
  /** Something may have been missed. */
  readonly missed: () => void;
}

/** Listens until the daemon stops; begins again when the program that tells has ended. */
export async function listen<T>(
  { log, retries, signal }: Pick<Parts, 'log' | 'retries' | 'signal'>,
  { what, news, heard, missed }: Source<T>,
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const item of news()) {
        failures = 0;
        heard(item);
      }
    } catch (err) {
      if (signal.aborted) return;
      failures += 1;
      log.warn({ err }, `${what} are not watched at the moment`);
      await retries.pause(failures, { signal });
      missed();
    }
  }
}
