import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { closePorts } from '../../plan/pool/port-links.ts';
import type { Flows } from '../flows/flows.ts';
import type { Parts } from '../parts.ts';
import type { PortNews } from './port-news.ts';

/** How long the flows of a bridge may take to be known after one begins to follow it. */
const knownMs = 1000;

/** Makes warming ports ready when their flows are there, and closes those that nobody has taken. */
export interface ReadyPorts {
  /** Those whose flows are there already: they were before this daemon, or kept them when they were made anew. */
  now(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
  /** Those whose flows come within a time, milliseconds; resolves when all are ready or the time is over. */
  within(network: AttachedNetwork, ports: readonly Port[], ms: number): Promise<void>;
}

/** Makes {@link ReadyPorts}. */
export function readyPorts(parts: Parts, flows: Flows, news: PortNews): ReadyPorts {
  const underWay = new Set<Port>();
  const make = async (network: AttachedNetwork, ports: readonly Port[]): Promise<void> => {
    const mine = ports.filter((port) => isWarming(port) && !underWay.has(port));
    if (mine.length === 0) return;
    for (const port of mine) underWay.add(port);
    try {
      const free = mine.filter((port) => port.endpoint === undefined);
      const closing = parts.host.apply(closePorts(free));
      for (const port of free) port.closing = closing.catch(() => undefined);
      await closing;
      for (const port of mine) {
        if (!isWarming(port)) continue;
        port.phase = 'ready';
        port.lost = false;
      }
    } finally {
      for (const port of mine) underWay.delete(port);
    }
    network.notes.delete('pool');
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
    within: async (network, ports, ms) => {
      const { signal } = network.life;
      const wait = { signal, deadline: ms };
      // Flows come together: whoever sees its own first brings the others along, for one change of all their links.
      const seen = ports.map(async (port) => {
        const inTime = await flows.untilCarries(network, port, wait).then(
          () => true,
          () => false,
        );
        if (inTime) await make(network, carrying(network, ports));
      });
      await Promise.all(seen);
      signal.throwIfAborted();
    },
  };
}

/** One that is held has flows of before, perhaps: of a policy that is about to be another. */
function isWarming({ phase, held }: Port): boolean {
  return phase === 'warming' && !held;
}
