import type { Problem } from './types.ts';

/** Why a configuration could not be read, edited, written or confirmed. */
export type FaucetConfigErrorCode =
  /** An edit of ours would break the file; nothing was written. */
  | 'INVALID'
  /** The file is already broken by someone's hand; nothing was written. */
  | 'BROKEN'
  /** Faucet refused the content; the file is as it was. */
  | 'REFUSED'
  /** Written, but Faucet has not said within the deadline that it has it. */
  | 'UNCONFIRMED'
  | 'UNREADABLE'
  | 'MISSING'
  /** The text is not YAML as Faucet reads it. */
  | 'SYNTAX'
  | 'WRITE'
  | 'ABORTED'
  | 'TIMEOUT'
  /** An edit names a datapath that this text does not hold. */
  | 'UNKNOWN_DP'
  /** The edits would leave a datapath without any interface, which Faucet refuses. */
  | 'LAST_INTERFACE'
  /** An edit carries a value that Faucet cannot read: port 0, a fraction, a VLAN out of range. */
  | 'BAD_VALUE'
  /** The place to edit is written in a way that cannot be edited in place: an alias, a merge key, a tag. */
  | 'UNEDITABLE';

/** What an error is about. */
export interface FaucetConfigErrorDetails {
  readonly problems?: readonly Problem[] | undefined;
  /** File, when one has a name. */
  readonly file?: string | undefined;
  /** Place inside the document, e.g. `['dps', 'net1', 'interfaces', '7']`. */
  readonly path?: readonly string[] | undefined;
  /** From 1. */
  readonly line?: number | undefined;
  /** From 1. */
  readonly column?: number | undefined;
  /** For `UNCONFIRMED`: what `loaded` can wait for. */
  readonly revision?: number | undefined;
  readonly cause?: unknown;
}

/** A Faucet configuration could not be read, edited, written or confirmed; `code` says which. */
export class FaucetConfigError extends Error {
  override readonly name = 'FaucetConfigError';
  readonly code: FaucetConfigErrorCode;
  readonly problems: readonly Problem[];
  readonly file: string | undefined;
  readonly path: readonly string[];
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly revision: number | undefined;

  constructor(
    code: FaucetConfigErrorCode,
    message: string,
    details: FaucetConfigErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.problems = details.problems ?? [];
    this.file = details.file;
    this.path = details.path ?? [];
    this.line = details.line;
    this.column = details.column;
    this.revision = details.revision;
  }
}
