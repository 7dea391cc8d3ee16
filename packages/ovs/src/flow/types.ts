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

/** A flow to add. */
export interface FlowSpec {
  /** Default 0. */
  readonly table?: number | undefined;
  /** Default 32768, as ovs-ofctl(8). */
  readonly priority?: number | undefined;
  /** Default 0. */
  readonly cookie?: bigint | undefined;
  /** Default: every packet. */
  readonly match?: string | undefined;
  readonly actions: string;
}

/** Which flows to delete: those whose match is this one or narrower; `strict`, exactly this match and priority. */
export interface FlowFilter {
  /** Default: all tables; `strict` 0. */
  readonly table?: number | undefined;
  /** Only with `strict`. Default 32768. */
  readonly priority?: number | undefined;
  /** Only flows with this cookie. */
  readonly cookie?: bigint | undefined;
  readonly match?: string | undefined;
  readonly strict?: boolean | undefined;
}

/** One step of a bundle. */
export type FlowEdit = { readonly add: FlowSpec } | { readonly delete: FlowFilter };

/** One change of a bridge's flow table. */
export interface FlowChange {
  readonly event: 'ADDED' | 'DELETED' | 'MODIFIED';
  readonly flow: Flow;
  /** `in_port` of the match; undefined when the flow matches any port. */
  readonly inPort: number | undefined;
}

/** A frame to send through a bridge. */
export interface PacketOut {
  /** The port that it seems to have come in on. */
  readonly inPort: number;
  readonly packet: Uint8Array;
}

/** The flows of one bridge by `in_port`, kept true by an OpenFlow flow monitor. */
export interface FlowTracker {
  readonly bridge: string;
  /** Whether all flows are known: the monitor runs, has told what was there, and is not paused by the switch. */
  readonly live: boolean;
  /** Flows whose match names this port. */
  flowsOf(inPort: number): readonly Flow[];
  /** Resolves when `test` holds of the port's flows while the monitor is live. @throws OvsError TIMEOUT, ABORTED. */
  until(inPort: number, test: (flows: readonly Flow[]) => boolean, wait?: Wait): Promise<void>;
  /** All flows that are known. */
  flows(): readonly Flow[];
  /** Port numbers whose flows changed, a batch at a time, until the signal fires. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<ReadonlySet<number>>;
  close(): Promise<void>;
}
