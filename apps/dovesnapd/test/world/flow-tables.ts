import { type Flow, type FlowFilter, inPortOf } from '@dovesnap/ovs';

/** Told which ports' flows of a bridge have changed, and whether none is left of any. */
type Listener = (bridge: string, ofPorts: ReadonlySet<number>, isEmpty: boolean) => void;

/** The flows of all bridges of a switch. */
export interface FlowTables {
  /** Whether the switch runs this bridge. */
  has(bridge: string): boolean;
  flows(bridge: string): readonly Flow[];
  /** The flows whose match names a port. */
  flowsOf(bridge: string, ofPort: number): readonly Flow[];
  /** Deletes flows and adds others, in this order and in one batch. */
  change(
    bridge: string,
    change: { readonly gone?: (flow: Flow) => boolean; readonly added?: readonly Flow[] },
  ): void;
  /** The bridges that the switch runs from now on: one that comes has no flows, one that goes takes its flows along. */
  run(bridges: ReadonlySet<string>): void;
  /** Calls after each batch, and when a bridge has come or gone. Returns a function that ends it. */
  onChange(listener: Listener): () => void;
}

/** Makes the flow tables of a switch without bridges. */
export function flowTables(): FlowTables {
  const tables = new Map<string, Map<string, Flow>>();
  const listeners = new Set<Listener>();
  const flows = (bridge: string): Flow[] => [...(tables.get(bridge)?.values() ?? [])];
  const tell = (bridge: string, touched: readonly Flow[], isEmpty: boolean): void => {
    const ofPorts = new Set(touched.flatMap(({ match }) => inPortOf(match) ?? []));
    for (const listener of [...listeners]) listener(bridge, ofPorts, isEmpty);
  };
  return {
    has: (bridge) => tables.has(bridge),
    flows,
    flowsOf: (bridge, ofPort) => flows(bridge).filter(({ match }) => inPortOf(match) === ofPort),
    change: (bridge, { gone = () => false, added = [] }) => {
      const table = tables.get(bridge);
      if (table === undefined) return;
      const removed = flows(bridge).filter(gone);
      for (const flow of removed) table.delete(keyOf(flow));
      const isEmpty = removed.length > 0 && table.size === 0;
      for (const flow of added) table.set(keyOf(flow), flow);
      if (removed.length + added.length > 0) tell(bridge, [...removed, ...added], isEmpty);
    },
    run: (bridges) => {
      for (const bridge of [...tables.keys()].filter((name) => !bridges.has(name))) {
        const lost = flows(bridge);
        tables.delete(bridge);
        tell(bridge, lost, lost.length > 0);
      }
      for (const bridge of [...bridges].filter((name) => !tables.has(name))) {
        tables.set(bridge, new Map());
        tell(bridge, [], false);
      }
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Whether a filter that is not strict selects a flow: its match is the same or narrower. */
export function selects({ table, cookie, match = '' }: FlowFilter, flow: Flow): boolean {
  const has = new Set(flow.match.split(','));
  const isIn = (term: string): boolean =>
    term.startsWith('out_port=')
      ? flow.actions.split(',').includes(`output:${term.slice('out_port='.length)}`)
      : has.has(term);
  return (
    (table === undefined || table === flow.table) &&
    (cookie === undefined || cookie === flow.cookie) &&
    match.split(',').every((term) => term === '' || isIn(term))
  );
}

function keyOf({ table, priority, match }: Flow): string {
  return `${table} ${priority} ${match}`;
}
