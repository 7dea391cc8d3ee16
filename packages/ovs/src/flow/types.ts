import type { Wait } from '../types.ts';

/** One flow of one bridge, as far as `ovs-ofctl` prints it. */
export interface Flow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  /** Match as ovs-ofctl writes it, without table and priority, e.g. `in_port=7,dl_vlan=100`. */
  readonly match: string;
  /** e.g. `drop`, `goto_table:1`. */
  readonly actions: string;
}

/** One change of a bridge's flow table. */
export interface FlowChange {
  readonly event: 'ADDED' | 'DELETED' | 'MODIFIED';
  readonly flow: Flow;
  /** `in_port` of the match; undefined when the flow matches any port. */
  readonly inPort: number | undefined;
}

/** The flows of one bridge by `in_port`, kept true by an OpenFlow flow monitor. */
export interface FlowTracker {
  readonly bridge: string;
  /** Whether the monitor is running; while it is not, nothing is known. */
  readonly live: boolean;
  /** Flows whose match names this port. */
  flowsOf(inPort: number): readonly Flow[];
  /** Resolves when `test` holds of the port's flows while the monitor is live. @throws OvsError TIMEOUT, ABORTED. */
  until(inPort: number, test: (flows: readonly Flow[]) => boolean, wait?: Wait): Promise<void>;
  /** Port numbers whose flows changed, a batch at a time, until the signal fires. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<ReadonlySet<number>>;
  close(): Promise<void>;
}
