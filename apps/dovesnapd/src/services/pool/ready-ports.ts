import { type AttachedNetwork, isWarming, type Port } from '../../domain/attached-network.ts';
import { removeNote } from '../../domain/network-notes.ts';
import { tellPort } from '../../domain/port-life.ts';
import { firstOf } from '../../edges/lifetime.ts';
import type { Flows } from '../flows/flows.ts';
import type { PortNews } from './port-news.ts';
import type { RaisedPorts } from './raised-ports.ts';

/** How long the flows of a bridge may take to be known after one begins to follow it. */
const knownMs = 1000;

/** Makes warming ports ready when their flows are there, and closes those that are not open to anybody. */
export interface ReadyPorts {
  /** Those whose flows are there already: they were before this daemon, or kept them when they were rebuilt. */
  now(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
  /**
   * Those whose flows come within a time, milliseconds. Resolves when all are ready, the time is over, or the signal
   * fires.
   */
  within(
    network: AttachedNetwork,
    ports: readonly Port[],
    wait: { readonly ms: number; readonly signal: AbortSignal },
  ): Promise<void>;
}

/** Makes {@link ReadyPorts}. */
export function readyPorts(
  raised: Pick<RaisedPorts, 'lower'>,
  flows: Flows,
  news: PortNews,
): ReadyPorts {
  const underWay = new Set<Port>();
  const make = async (network: AttachedNetwork, ports: readonly Port[]): Promise<void> => {
    const mine = ports.filter((port) => isWarming(port) && !underWay.has(port));
    if (mine.length === 0) return;
    const seen = mine.map((port) => ({ port, attempt: port.attempt }));
    for (const port of mine) underWay.add(port);
    try {
      // Also those of endpoints that wait: a port that was restarted is up, and only who admits a container opens it.
      const closed = mine.filter(({ phase }) => phase !== 'open');
      await raised.lower(closed);
      // One whose policy has changed meanwhile waits for other flows.
      for (const { port, attempt } of seen) tellPort(port, { kind: 'flows-seen', attempt });
    } finally {
      for (const port of mine) underWay.delete(port);
    }
    removeNote(network.notes, 'pool');
    news.tell(network);
  };
  const carrying = (network: AttachedNetwork, ports: readonly Port[]): Port[] =>
    ports.filter((port) => flows.carries(network, port));
  return {
    now: async (network, ports) => {
      const wait = { signal: network.life.signal, deadline: knownMs };
      await flows.untilKnown(network, wait).catch(() => undefined);
      await make(network, carrying(network, ports));
    },
    within: async (network, ports, { ms, signal }) => {
      const wait = { signal: firstOf([signal, network.life.signal]), deadline: ms };
      // Flows come together: whoever sees its own first brings the others along, for one change of all their links.
      const seen = ports.map(async (port) => {
        const inTime = await flows.untilCarries(network, port, wait).then(
          () => true,
          () => false,
        );
        if (inTime) await make(network, carrying(network, ports));
      });
      await Promise.all(seen);
      network.life.signal.throwIfAborted();
    },
  };
}
