import type { Flow, FlowChange } from './flow-types.ts';

/** A set of flows. Flows are identified by table, priority and match, as in OpenFlow. */
export interface FlowTable {
  /** Applies changes. Returns the port numbers that they affect. */
  apply(changes: readonly FlowChange[]): ReadonlySet<number>;
  /** Removes all flows. Returns the port numbers that had flows. */
  clear(): ReadonlySet<number>;
  /** The number of times that the table became empty. */
  readonly emptied: number;
  flowsOf(inPort: number): readonly Flow[];
  flows(): readonly Flow[];
}

/** Creates an empty table. */
export function flowTable(): FlowTable {
  const byPort = new Map<number | undefined, Map<string, Flow>>();
  let emptied = 0;
  const apply = (changes: readonly FlowChange[]): ReadonlySet<number> => {
    const touched = new Set<number>();
    for (const { event, flow, inPort } of changes) {
      const flows = byPort.get(inPort) ?? new Map<string, Flow>();
      byPort.set(inPort, flows);
      const key = `${flow.table} ${flow.priority} ${flow.match}`;
      if (event === 'DELETED') flows.delete(key);
      else flows.set(key, flow);
      if (flows.size === 0 && byPort.delete(inPort) && byPort.size === 0) emptied += 1;
      if (inPort !== undefined) touched.add(inPort);
    }
    return touched;
  };
  return {
    apply,
    get emptied() {
      return emptied;
    },
    clear: () => {
      const touched = [...byPort.keys()].filter((port) => port !== undefined);
      if (byPort.size > 0) emptied += 1;
      byPort.clear();
      return new Set(touched);
    },
    flowsOf: (inPort) => [...(byPort.get(inPort)?.values() ?? [])],
    flows: () => [...byPort.values()].flatMap((flows) => [...flows.values()]),
  };
}
