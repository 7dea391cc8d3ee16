import type { Wait } from '../types.ts';

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

/**
 * One row that came, changed or went. Columns are decoded by the server's schema: an optional value is itself or
 * undefined, larger sets are arrays, maps plain objects, uuids strings.
 */
export interface RowChange {
  readonly table: string;
  readonly uuid: string;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** One row by column. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * What is told about watched rows, inside the turn in which the server's message is read. A listener that throws ends the
 * connection, which is then made anew.
 */
export interface RowListener {
  /** The rows of one update at once. The first batch, also after a reconnection, brings everything up to date. */
  changed(batch: readonly RowChange[]): void;
  /** True after the batch that brought everything up to date, false when the connection is lost. */
  synced(live: boolean): void;
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
  /** Decodes a row that a `select` gave, as {@link RowChange} says. */
  decodeRow(table: string, row: Readonly<Record<string, unknown>>): Row;
  /**
   * Runs operations as one atomic transaction; with an empty list does nothing.
   * When the connection is lost or the deadline passes after it was sent, whether it was committed is unknown: read
   * and plan again.
   * @throws OvsError `NOT_CONNECTED`, `TIMEOUT`, `ABORTED`, `CONSTRAINT`, `CONFLICT` (a `wait` did not hold),
   * `NOT_LOCK_OWNER`, `TRANSACTION`.
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
  /**
   * As `monitor`, but by call-back, without a turn in between: what a transaction changed has been told before its
   * promise resolves. Columns that the server's schema lacks are left out. Returns how to stop it.
   */
  subscribe(request: MonitorRequest, listener: RowListener): () => void;
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
