import type { Flow, FlowChange } from './types.ts';

/** Flows by what OpenFlow tells them apart by: table, priority and match. */
export interface FlowTable {
  /** Takes changes. Returns the port numbers that they touch. */
  apply(changes: readonly FlowChange[]): ReadonlySet<number>;
  /** Forgets all flows. Returns the port numbers that had some. */
  clear(): ReadonlySet<number>;
  flowsOf(inPort: number): readonly Flow[];
  flows(): readonly Flow[];
}

/** An empty table. */
export function flowTable(): FlowTable {
  const byPort = new Map<number | undefined, Map<string, Flow>>();
  const apply = (changes: readonly FlowChange[]): ReadonlySet<number> => {
    const touched = new Set<number>();
    for (const { event, flow, inPort } of changes) {
      const flows = byPort.get(inPort) ?? new Map<string, Flow>();
      byPort.set(inPort, flows);
      const key = `${flow.table} ${flow.priority} ${flow.match}`;
      if (event === 'DELETED') flows.delete(key);
      else flows.set(key, flow);
      if (flows.size === 0) byPort.delete(inPort);
      if (inPort !== undefined) touched.add(inPort);
    }
    return touched;
  };
  return {
    apply,
    clear: () => {
      const touched = [...byPort.keys()].filter((port) => port !== undefined);
      byPort.clear();
      return new Set(touched);
    },
    flowsOf: (inPort) => [...(byPort.get(inPort)?.values() ?? [])],
    flows: () => [...byPort.values()].flatMap((flows) => [...flows.values()]),
  };
}
