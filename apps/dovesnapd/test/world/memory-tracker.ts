import { type Flow, type FlowTracker, OvsError } from '@dovesnap/ovs';
import type { Clock } from '../../src/edges/edges.ts';
import { lifetime } from '../../src/edges/lifetime.ts';
import { feed } from './feed.ts';
import type { FlowTables } from './flow-tables.ts';

/** Follows the flows of a bridge in memory, as the tracker of `@dovesnap/ovs` does. */
export function memoryTracker(
  tables: FlowTables,
  clock: Clock,
  bridge: string,
  onKnown: () => void,
): FlowTracker {
  const changed = feed<ReadonlySet<number>>();
  const checks = new Set<() => void>();
  const closed = lifetime();
  let live = false;
  let emptied = 0;
  const look = (): void => {
    const isThere = tables.has(bridge) && !closed.signal.aborted;
    const isNew = isThere && !live;
    live = isThere;
    if (isNew) onKnown();
    for (const check of [...checks]) check();
  };
  const stop = tables.onChange((name, ofPorts, isEmpty) => {
    if (name !== bridge) return;
    if (isEmpty) emptied += 1;
    // What the switch tells arrives a moment later, in the order in which it happened.
    queueMicrotask(() => {
      look();
      if (ofPorts.size > 0) changed.push(ofPorts);
    });
  });
  queueMicrotask(look);
  const until = async (
    ofPort: number,
    test: (flows: readonly Flow[]) => boolean,
    { signal, deadline }: Parameters<FlowTracker['until']>[2] = {},
  ): Promise<void> => {
    const what = `Waiting for flows of port ${ofPort} on bridge ${bridge}`;
    const over = new AbortController();
    const stops = [closed.signal, ...(signal === undefined ? [] : [signal])];
    try {
      await new Promise<void>((resolve, reject) => {
        const end = (code: 'ABORTED' | 'TIMEOUT'): void =>
          reject(new OvsError(code, `${what} was ended: ${code}`, { bridge }));
        const check = (): void => {
          if (live && test(tables.flowsOf(bridge, ofPort))) resolve();
        };
        checks.add(check);
        over.signal.addEventListener('abort', () => checks.delete(check));
        for (const one of stops) {
          if (one.aborted) end('ABORTED');
          one.addEventListener('abort', () => end('ABORTED'), { signal: over.signal });
        }
        if (deadline !== undefined) {
          void clock.sleep(deadline, over.signal).then(() => end('TIMEOUT'));
        }
        check();
      });
    } finally {
      over.abort();
    }
  };
  return {
    bridge,
    get live() {
      return live;
    },
    get emptied() {
      return emptied;
    },
    flows: () => tables.flows(bridge),
    flowsOf: (ofPort) => tables.flowsOf(bridge, ofPort),
    until,
    changes: ({ signal }) => changed.read(signal),
    close: async () => {
      stop();
      closed.abort();
      live = false;
    },
  };
}
