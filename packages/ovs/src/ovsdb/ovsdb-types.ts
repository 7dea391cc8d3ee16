import type { OvsError } from '../error.ts';
import type { Operation, Wait } from '../types.ts';

/** The result of one operation: `count` of an update, `uuid` of an insert, `rows` of a select. */
export interface OperationResult {
  readonly count?: number;
  readonly uuid?: readonly ['uuid', string];
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
}

/** Columns to monitor, by table. */
export type MonitorRequest = Readonly<Record<string, readonly string[]>>;

/**
 * One row that was added, changed or removed. Columns are decoded according to the server's schema: an optional value
 * is the value or undefined, larger sets are arrays, maps are plain objects, and uuids are strings.
 */
export interface RowChange {
  readonly table: string;
  readonly uuid: string;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** One row, by column. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Receives changes to monitored rows, in the same turn in which the server's message is read. A listener that throws
 * closes the connection, which is then reopened.
 */
export interface RowListener {
  /**
   * Called with all row changes of one update. The first batch brings everything up to date, also after a reconnection.
   */
  changed(batch: readonly RowChange[]): void;
  /**
   * Called with true after the batch that brought everything up to date, and with false when the connection is lost.
   */
  synced(live: boolean): void;
  /**
   * Called when the server's schema lacks a table or column of the request (`NOT_IN_SCHEMA`); nothing is monitored over
   * this connection. Without this function, missing tables and columns are ignored.
   */
  refused?(error: OvsError): void;
}

/** Whether the database is reachable. */
export type ConnectionState = 'connected' | 'disconnected';

/** A connection to one OVSDB server that reconnects by itself. */
export interface Ovsdb {
  /** The address of the server, as given: `unix:PATH`, `tcp:HOST:PORT`. */
  readonly target: string;
  readonly state: ConnectionState;
  /** Version of the Open_vSwitch schema, e.g. `8.3.1`. Undefined before the first connection. */
  readonly schemaVersion: string | undefined;
  /** Returns whether the server's schema has this column (a 2.17 database lacks some columns of 3.1). */
  hasColumn(table: string, column: string): boolean;
  /** Decodes a row returned by a `select`, as described for {@link RowChange}. */
  decodeRow(table: string, row: Readonly<Record<string, unknown>>): Row;
  /**
   * Commits operations as one atomic transaction. Does nothing when the list is empty. If the connection is lost or the
   * deadline passes after the transaction was sent, it is unknown whether it was committed: read and plan again.
   * @throws OvsError `NOT_CONNECTED`, `TIMEOUT`, `ABORTED`, `CONSTRAINT`, `CONFLICT` (a `wait` did not hold),
   * `NOT_LOCK_OWNER`, `NO_DATABASE`, `NOT_IN_SCHEMA` (nothing was sent), `TRANSACTION`.
   */
  transact(operations: readonly Operation[], wait?: Wait): Promise<readonly OperationResult[]>;
  /**
   * Yields the rows of these tables: first the existing ones, then each addition, change and removal. After a
   * reconnection it yields only the differences. Ends when the signal fires.
   * @throws OvsError `NOT_IN_SCHEMA`.
   */
  monitor(
    request: MonitorRequest,
    wait: { readonly signal: AbortSignal },
  ): AsyncIterable<RowChange>;
  /**
   * Like `monitor`, but with callbacks, and without a turn in between: the changes of a transaction are reported before
   * its promise resolves. Returns a function that stops the subscription.
   */
  subscribe(request: MonitorRequest, listener: RowListener): () => void;
  /** Requests the database-wide lock of this name, and requests it again after each reconnection. */
  lock(name: string): DatabaseLock;
  /** Yields the current state and each later change, until the signal fires. */
  states(wait: { readonly signal: AbortSignal }): AsyncIterable<ConnectionState>;
  /** Closes the connection. Pending calls are rejected with `ABORTED`. */
  close(): Promise<void>;
}

/** A named lock of the database (RFC 7047, section 4.1.8). It has one owner at a time. */
export interface DatabaseLock {
  readonly name: string;
  readonly owned: boolean;
  /**
   * Resolves when this client owns the lock.
   * @throws OvsError `TIMEOUT`, `ABORTED`, `NOT_CONNECTED` (closed).
   */
  acquired(wait?: Wait): Promise<void>;
  /** Returns an operation that makes the transaction fail with `NOT_LOCK_OWNER` unless this client owns the lock. */
  assertion(): Operation;
  release(): Promise<void>;
}
