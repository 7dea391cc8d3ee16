import type { LinkNews } from '@dovesnap/netns';
import type { Parts } from '../core/parts.ts';

/** Who hears what happens to links, on this host and in the namespaces that its links lead to. */
export interface LinkListener {
  /** A link came, changed or went. */
  heard(news: LinkNews): void;
  /** Something may have been missed. */
  missed(): void;
}

/** Listens until the daemon stops; begins again when the program that listens has ended. */
export async function listenToLinks(
  { host, log, retries, signal }: Pick<Parts, 'host' | 'log' | 'retries' | 'signal'>,
  listener: LinkListener,
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const news of host.changes({ signal, everywhere: true })) {
        failures = 0;
        listener.heard(news);
      }
    } catch (err) {
      if (signal.aborted) return;
      failures += 1;
      log.warn({ err }, 'links are not watched at the moment');
      await retries.pause(failures, { signal });
      listener.missed();
    }
  }
}
