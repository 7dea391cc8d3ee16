/** How long a call may wait: until the signal fires or `deadline` milliseconds have passed, whichever comes first. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from the call. */
  readonly deadline?: number | undefined;
}

/** Key to value, as in every `external_ids` and `other_config` column. */
export type StringMap = Readonly<Record<string, string>>;

/** One operation of an OVSDB transaction in its wire form (RFC 7047, section 5.2). */
export type Operation = Readonly<Record<string, unknown>> & { readonly op: string };

/** The result of one operation: `count` of an update, `uuid` of an insert, `rows` of a select. */
export interface OperationResult {
  readonly count?: number;
  readonly uuid?: readonly ['uuid', string];
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
}

/** Columns to watch, by table. */
export type MonitorRequest = Readonly<Record<string, readonly string[]>>;

/** One row that came, changed or went. Columns are decoded: sets are arrays, maps plain objects, uuids strings. */
export interface RowChange {
  readonly table: string;
  readonly uuid: string;
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>> | undefined;
}

/** Whether the database can be reached. */
export type ConnectionState = 'connected' | 'disconnected';

/** A connection to one OVSDB server that comes back by itself. */
export interface Ovsdb {
  /** Where it connects to, as given: `unix:PATH`, `tcp:HOST:PORT`. */
  readonly target: string;
  readonly state: ConnectionState;
  /** Version of the schema of Open_vSwitch, e.g. `8.3.1`; undefined before the first connection. */
  readonly schemaVersion: string | undefined;
  /** Whether the server's schema has this column (a 2.17 database lacks some that 3.1 has). */
  hasColumn(table: string, column: string): boolean;
  /**
   * Runs operations as one atomic transaction; with an empty list does nothing.
   * @throws OvsError `NOT_CONNECTED`, `TIMEOUT`, `ABORTED`, `CONSTRAINT`, `NOT_LOCK_OWNER`, `TRANSACTION`.
   */
  transact(operations: readonly Operation[], wait?: Wait): Promise<readonly OperationResult[]>;
  /**
   * Rows of these tables as they come, change and go; the present ones first. After a reconnection only what differs is
   * told. Ends when the signal fires.
   */
  monitor(
    request: MonitorRequest,
    wait: { readonly signal: AbortSignal },
  ): AsyncIterable<RowChange>;
  /** Takes the database-wide lock of that name and keeps asking for it over reconnections. */
  lock(name: string): DatabaseLock;
  /** The state now and each change of it, until the signal fires. */
  states(wait: { readonly signal: AbortSignal }): AsyncIterable<ConnectionState>;
  /** Ends the connection; what waits is rejected with `ABORTED`. */
  close(): Promise<void>;
}

/** A named lock of the database (RFC 7047, section 4.1.8): one client at a time owns it. */
export interface DatabaseLock {
  readonly name: string;
  readonly owned: boolean;
  /** Resolves when it is ours. @throws OvsError `TIMEOUT`, `ABORTED`, `NOT_CONNECTED` (closed). */
  acquired(wait?: Wait): Promise<void>;
  /** An operation that makes the transaction fail with `NOT_LOCK_OWNER` unless the lock is ours. */
  assertion(): Operation;
  release(): Promise<void>;
}

/** What the switch does with traffic while no controller answers. */
export type FailMode = 'secure' | 'standalone';

/** The datapath: `system` is the kernel's, `netdev` runs in userspace. */
export type DatapathType = 'system' | 'netdev';

/** An OpenFlow controller of a bridge. */
export interface ControllerSpec {
  /** `tcp:HOST:PORT`, `ssl:HOST:PORT`, `unix:PATH`. */
  readonly target: string;
  /** Longest wait between two tries to connect, milliseconds (`max_backoff`). */
  readonly maxBackoff?: number | undefined;
  /** Idle time after which the session is probed, milliseconds (`inactivity_probe`); 0 never. */
  readonly inactivityProbe?: number | undefined;
}

/** A bridge as it is wanted. What is left out is not touched. */
export interface BridgeSpec {
  readonly name: string;
  readonly datapathType?: DatapathType | undefined;
  readonly datapathId?: bigint | undefined;
  readonly failMode?: FailMode | undefined;
  /** The complete list; an empty one takes all away. */
  readonly controllers?: readonly ControllerSpec[] | undefined;
  /** MAC of the local port (`other_config:hwaddr`). */
  readonly hwaddr?: string | undefined;
  /** Keys to set; other keys stay. */
  readonly otherConfig?: StringMap | undefined;
  /** Keys to set; other keys stay. */
  readonly externalIds?: StringMap | undefined;
  /** MTU asked for on the local port. */
  readonly mtu?: number | undefined;
}

/** What kind of interface a port has. */
export type InterfaceType = '' | 'internal' | 'patch' | 'vxlan' | 'system' | (string & {});

/** A port with its one interface, as it is wanted. What is left out is not touched. */
export interface PortSpec {
  readonly name: string;
  readonly type?: InterfaceType | undefined;
  readonly ofPortRequest?: number | undefined;
  /** `options` of the interface, e.g. `peer` of a patch port. */
  readonly options?: StringMap | undefined;
  readonly mtu?: number | undefined;
  /** Keys to set on the Interface row; other keys stay. */
  readonly externalIds?: StringMap | undefined;
}

/** One interface of the switch, as the database and ovs-vswitchd report it. */
export interface InterfaceState {
  readonly uuid: string;
  readonly name: string;
  readonly type: string;
  /** OpenFlow port number really given; undefined until ovs-vswitchd has taken it up, or when it failed to. */
  readonly ofPort: number | undefined;
  readonly ofPortRequest: number | undefined;
  /** Why ovs-vswitchd could not open the device. */
  readonly error: string | undefined;
  readonly ifindex: number | undefined;
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  readonly adminState: 'up' | 'down' | undefined;
  readonly linkState: 'up' | 'down' | undefined;
  readonly options: StringMap;
  readonly externalIds: StringMap;
}

/** One port of a bridge; ours have one interface of the same name. */
export interface PortState {
  readonly uuid: string;
  readonly name: string;
  readonly interfaces: readonly InterfaceState[];
  readonly externalIds: StringMap;
}

/** One controller row. */
export interface ControllerState {
  readonly uuid: string;
  readonly target: string;
  readonly connected: boolean;
  readonly maxBackoff: number | undefined;
  readonly inactivityProbe: number | undefined;
}

/** One mirror row, ports as names. */
export interface MirrorState {
  readonly uuid: string;
  readonly name: string;
  readonly selectAll: boolean;
  readonly selectSrcPorts: readonly string[];
  readonly selectDstPorts: readonly string[];
  readonly outputPort: string | undefined;
  readonly externalIds: StringMap;
}

/** One bridge with all that belongs to it. */
export interface BridgeState {
  readonly uuid: string;
  readonly name: string;
  readonly datapathType: string;
  /** The id in force as ovs-vswitchd reports it. */
  readonly datapathId: bigint | undefined;
  readonly failMode: FailMode | undefined;
  readonly controllers: readonly ControllerState[];
  readonly ports: readonly PortState[];
  readonly mirrors: readonly MirrorState[];
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
}

/** The whole switch as typed values: a pure function of the monitored rows. */
export interface SwitchState {
  readonly uuid: string;
  readonly nextCfg: number;
  readonly curCfg: number;
  /** e.g. `3.1.0`. */
  readonly ovsVersion: string | undefined;
  /** Datapath types that ovs-vswitchd can run, e.g. `['netdev', 'system']`. */
  readonly datapathTypes: readonly string[];
  readonly otherConfig: StringMap;
  readonly externalIds: StringMap;
  readonly bridges: readonly BridgeState[];
}

/**
 * The tables we use, kept true by a monitor. An update is in `current` before the reply of the transaction that
 * caused it (ovsdb-server flushes monitors first), so what was just committed is seen.
 */
export interface SwitchReplica {
  /** The latest state. Undefined until the first synchronisation, kept (stale) while disconnected. */
  readonly current: SwitchState | undefined;
  /** Whether `current` is live. */
  readonly synced: boolean;
  /** Resolves with the first state for which `test` holds, the present one included. @throws OvsError TIMEOUT, ABORTED. */
  until(test: (state: SwitchState) => boolean, wait?: Wait): Promise<SwitchState>;
  /** The latest state after each batch of changes; batches that come while the reader works are merged into one. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<SwitchState>;
  close(): Promise<void>;
}

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
