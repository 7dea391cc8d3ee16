import type { Problem } from './types.ts';

/** Why a configuration could not be read, edited, written or confirmed. */
export type FaucetConfigErrorCode =
  /** An edit would make the file invalid. Nothing was written. */
  | 'INVALID'
  /** The file is already invalid because someone else changed it. Nothing was written. */
  | 'BROKEN'
  /** Faucet refused the content. The file has its previous content. */
  | 'REFUSED'
  /** Written, but Faucet did not confirm it before the deadline. */
  | 'UNCONFIRMED'
  | 'UNREADABLE'
  | 'MISSING'
  /** The text is not YAML as Faucet reads it. */
  | 'SYNTAX'
  | 'WRITE'
  | 'ABORTED'
  | 'TIMEOUT'
  /** An edit names a datapath that is not in the text. */
  | 'UNKNOWN_DP'
  /** The edits would leave a datapath without interfaces, which Faucet refuses. */
  | 'LAST_INTERFACE'
  /** An edit contains a value that Faucet cannot read, such as port 0, a fraction or a VLAN out of range. */
  | 'BAD_VALUE'
  /** The place to edit cannot be edited in place, because it is an alias, a merge key or a tag. */
  | 'UNEDITABLE';

/** Details of an error. */
export interface FaucetConfigErrorDetails {
  readonly problems?: readonly Problem[] | undefined;
  /** Path of the file, if there is one. */
  readonly file?: string | undefined;
  /** Place in the document, e.g. `['dps', 'net1', 'interfaces', '7']`. */
  readonly path?: readonly string[] | undefined;
  /** Counted from 1. */
  readonly line?: number | undefined;
  /** Counted from 1. */
  readonly column?: number | undefined;
  /** For `UNCONFIRMED`: the revision to pass to `loaded`. */
  readonly revision?: number | undefined;
  readonly cause?: unknown;
}

/** Thrown when a Faucet configuration cannot be read, edited, written or confirmed. `code` is the reason. */
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
