import type { Wait } from '../types.ts';

/** One flow of a bridge, with the fields that `ovs-ofctl` prints. */
export interface Flow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  /** The match in the format of ovs-ofctl, without table and priority, e.g. `in_port=7,dl_vlan=100`. */
  readonly match: string;
  /** The actions, e.g. `drop`, `goto_table:1`. */
  readonly actions: string;
}

/** A flow to add. */
export interface FlowSpec {
  /** Default 0. */
  readonly table?: number | undefined;
  /** Default 32768, as in ovs-ofctl(8). */
  readonly priority?: number | undefined;
  /** Default 0. */
  readonly cookie?: bigint | undefined;
  /** Default: matches every packet. */
  readonly match?: string | undefined;
  readonly actions: string;
}

/**
 * Selects flows: those whose match is the same or narrower or, with `strict`, those with exactly this match and
 * priority.
 */
export interface FlowFilter {
  /** Default: all tables; with `strict`, table 0. */
  readonly table?: number | undefined;
  /** Used only with `strict`. Default 32768. */
  readonly priority?: number | undefined;
  /** Selects only flows with this cookie. */
  readonly cookie?: bigint | undefined;
  readonly match?: string | undefined;
  readonly strict?: boolean | undefined;
}

/** One step of a bundle. */
export type FlowEdit = { readonly add: FlowSpec } | { readonly delete: FlowFilter };

/** One change in a bridge's flow table. */
export interface FlowChange {
  readonly event: 'ADDED' | 'DELETED' | 'MODIFIED';
  readonly flow: Flow;
  /** `in_port` of the match. Undefined when the flow matches any port. */
  readonly inPort: number | undefined;
}

/** A frame to send through the flows of a bridge. */
export interface PacketOut {
  /** The port on which the frame appears to arrive. */
  readonly inPort: number;
  readonly packet: Uint8Array;
}

/** The flows of one bridge by `in_port`, kept up to date by an OpenFlow flow monitor. */
export interface FlowTracker {
  readonly bridge: string;
  /** Whether all flows are known: the monitor runs, has reported all present flows, and is not paused by the switch. */
  readonly live: boolean;
  /** Returns the flows whose match contains this port. */
  flowsOf(inPort: number): readonly Flow[];
  /**
   * Resolves when the monitor is live and `test` returns true for the port's flows.
   * @throws OvsError TIMEOUT, ABORTED.
   */
  until(inPort: number, test: (flows: readonly Flow[]) => boolean, wait?: Wait): Promise<void>;
  /** Returns all known flows. */
  flows(): readonly Flow[];
  /**
   * The number of times that the bridge had no flows left. A controller that starts over deletes all flows before it
   * adds its own; both changes may arrive in one batch.
   */
  readonly emptied: number;
  /** Yields the port numbers whose flows changed, one batch at a time, until the signal fires. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<ReadonlySet<number>>;
  close(): Promise<void>;
}
