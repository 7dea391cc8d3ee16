import type { Operation } from './types.ts';

/** The reason for a failure. The README lists the codes with their meanings. */
export type OvsErrorCode =
  | 'NOT_CONNECTED'
  | 'NO_DATABASE'
  | 'NOT_IN_SCHEMA'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CONSTRAINT'
  | 'CONFLICT'
  | 'NOT_LOCK_OWNER'
  | 'TRANSACTION'
  | 'BRIDGE_NOT_FOUND'
  | 'PORT_EXISTS'
  | 'PORT_FAILED'
  | 'MTU_REFUSED'
  | 'BAD_NAME'
  | 'NO_FREE_PORT'
  | 'OFCTL'
  | 'BAD_FLOW'
  | 'BAD_DPID'
  | 'BAD_TARGET';

/** The subject of an error. */
export interface OvsErrorDetails {
  readonly cause?: unknown;
  readonly target?: string | undefined;
  readonly bridge?: string | undefined;
  readonly port?: string | undefined;
  /** The operation that failed, of a transaction. */
  readonly operation?: Operation | undefined;
  /** The table concerned. With a column, that column is at fault; otherwise the table itself is. */
  readonly table?: string | undefined;
  readonly column?: string | undefined;
}

/** A request to Open vSwitch that failed. `code` gives the reason. */
export class OvsError extends Error {
  override readonly name = 'OvsError';
  readonly code: OvsErrorCode;
  readonly target: string | undefined;
  readonly bridge: string | undefined;
  readonly port: string | undefined;
  readonly operation: Operation | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;

  constructor(code: OvsErrorCode, message: string, details: OvsErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.target = details.target;
    this.bridge = details.bridge;
    this.port = details.port;
    this.operation = details.operation;
    this.table = details.table;
    this.column = details.column;
  }
}

/** Returns whether this is an OvsError and, if codes are given, has one of them. */
export function isOvsError(error: unknown, ...codes: readonly OvsErrorCode[]): error is OvsError {
  return error instanceof OvsError && (codes.length === 0 || codes.includes(error.code));
}

/** Creates the error for a database that is not reachable. */
export function notConnected(target: string, cause: unknown): OvsError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new OvsError('NOT_CONNECTED', `Open vSwitch is not reachable at ${target}${why}`, {
    target,
    cause,
  });
}

/** Creates the error for a server that has no database of this name. */
export function noDatabase(name: string, present: readonly string[]): OvsError {
  const has = present.length === 0 ? 'none' : present.join(', ');
  return new OvsError('NO_DATABASE', `The server has no database ${name}; it has ${has}`);
}

/** How ovs-ofctl 3.1.0 reports a bridge that ovs-vswitchd does not run: by its name, or by the path of its socket. */
const noBridge = /is not a bridge or a socket|\.mgmt \(No such file or directory\)/;

/** Returns whether this output of ovs-ofctl reports a missing bridge. */
export function saysNoBridge(stderr: string): boolean {
  return noBridge.test(stderr);
}

/** Returns the code for an `error` string of the database (RFC 7047, sections 4.1.3 and 5.2). */
export function transactionErrorCode(error: string): OvsErrorCode {
  switch (error) {
    case 'constraint violation':
    case 'referential integrity violation':
      return 'CONSTRAINT';
    case 'not owner':
      return 'NOT_LOCK_OWNER';
    case 'timed out':
      return 'CONFLICT';
    case 'canceled':
      return 'ABORTED';
    default:
      return 'TRANSACTION';
  }
}
