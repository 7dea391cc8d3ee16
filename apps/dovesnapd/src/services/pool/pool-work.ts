import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { removeNote, setNote } from '../../domain/network-notes.ts';
import type { Parts } from '../core/parts.ts';
import type { PortNews } from './port-news.ts';

/** Pieces of work on the ports of a network, as they follow "could not". */
const works = [
  'add ports',
  'get flows for its ports',
  'rebuild its ports',
  'retire ports',
] as const;
type Work = (typeof works)[number];

/** Work on networks' ports that nobody waits for. */
export interface PoolWork {
  /** Whether nothing is to be begun on a network's ports: something has failed a moment ago, or the network goes. */
  idle(network: AttachedNetwork): boolean;
  /** Sees a piece of work through; when it fails all work on the network's ports pauses, and begins again by itself. */
  attempt(network: AttachedNetwork, what: Work, work: Promise<void>): void;
  /** All ports are as they should be: what has failed before is wanted no more. */
  rest(network: AttachedNetwork): void;
}

/** Makes {@link PoolWork}; `tend` begins again what there is to do. */
export function poolWork(
  { failures, retries, log }: Pick<Parts, 'failures' | 'retries' | 'log'>,
  news: PortNews,
  tend: (network: AttachedNetwork) => void,
): PoolWork {
  const paused = new Set<AttachedNetwork>();
  const counts = new WeakMap<AttachedNetwork, number>();
  const idle = (network: AttachedNetwork): boolean =>
    paused.has(network) || network.life.signal.aborted;
  const done = (network: AttachedNetwork, what: Work): void => {
    counts.delete(network);
    if (network.notes.get('pool')?.sentence.startsWith(sentence(what)) === true)
      removeNote(network.notes, 'pool');
    failures.clear({ what, network });
  };
  const failed = async (network: AttachedNetwork, what: Work, error: unknown): Promise<void> => {
    if (idle(network)) return;
    setNote(network.notes, 'pool', { sentence: `${sentence(what)}: ${(error as Error).message}` });
    log.debug({ network: network.record.name, err: error }, sentence(what));
    failures.note({ what, network }, error);
    const count = (counts.get(network) ?? 0) + 1;
    paused.add(network);
    news.tell(network);
    const why = await retries.pause(count, { network, signal: network.life.signal });
    counts.set(network, why === 'changed' ? 0 : count);
    paused.delete(network);
    tend(network);
  };
  return {
    idle,
    attempt: (network, what, work) => {
      work.then(
        () => done(network, what),
        (error: unknown) => failed(network, what, error),
      );
    },
    rest: (network) => {
      for (const what of works) done(network, what);
    },
  };
}

function sentence(what: Work): string {
  return `could not ${what}`;
}
