import type { Operation } from './ovsdb/types.ts';

/** Why Open vSwitch did not do what was asked. */
export type OvsErrorCode =
  | 'NOT_CONNECTED'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CONSTRAINT'
  | 'CONFLICT'
  | 'NOT_LOCK_OWNER'
  | 'TRANSACTION'
  | 'BRIDGE_NOT_FOUND'
  | 'PORT_EXISTS'
  | 'PORT_FAILED'
  | 'NO_FREE_PORT'
  | 'OFCTL'
  | 'BAD_FLOW'
  | 'BAD_DPID'
  | 'BAD_TARGET';

/** What an error is about. */
export interface OvsErrorDetails {
  readonly cause?: unknown;
  readonly target?: string | undefined;
  readonly bridge?: string | undefined;
  readonly port?: string | undefined;
  /** The operation of a transaction that failed. */
  readonly operation?: Operation | undefined;
}

/** Something asked of Open vSwitch that was not done, and why. */
export class OvsError extends Error {
  override readonly name = 'OvsError';
  readonly code: OvsErrorCode;
  readonly target: string | undefined;
  readonly bridge: string | undefined;
  readonly port: string | undefined;
  readonly operation: Operation | undefined;

  constructor(code: OvsErrorCode, message: string, details: OvsErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.target = details.target;
    this.bridge = details.bridge;
    this.port = details.port;
    this.operation = details.operation;
  }
}

/** Whether this is an OvsError with one of these codes. */
export function isOvsError(error: unknown, ...codes: readonly OvsErrorCode[]): error is OvsError {
  return error instanceof OvsError && (codes.length === 0 || codes.includes(error.code));
}

/** The error for a database that cannot be asked now. */
export function notConnected(target: string, cause: unknown): OvsError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new OvsError('NOT_CONNECTED', `Open vSwitch is not reachable at ${target}${why}`, {
    target,
    cause,
  });
}

/** The code for an `error` string of the database (RFC 7047, sections 4.1.3 and 5.2). */
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
