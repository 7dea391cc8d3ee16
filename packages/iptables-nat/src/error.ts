import { CommandError } from '@dovesnap/command';

/** Why the firewall could not be read or changed. */
export type NatErrorCode =
  | 'NOT_INSTALLED'
  | 'NO_PERMISSION'
  | 'NO_FAMILY'
  | 'CHANGED'
  | 'RESTORE_FAILED'
  | 'READ_FAILED'
  | 'BAD_VALUE'
  | 'TIMEOUT'
  | 'ABORTED';

/** The firewall could not be read or changed. */
export class NatError extends Error {
  override readonly name = 'NatError';
  readonly code: NatErrorCode;
  /** The line of the restore that was refused. */
  readonly line: string | undefined;

  constructor(
    code: NatErrorCode,
    message: string,
    details: { readonly line?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.line = details.line;
  }
}

/** As iptables 1.8.9 says it, both backends. */
const noPermission = /Permission denied|Operation not permitted|must be root/;

/** Turns what `run` threw into a NatError that says what was tried. */
export function toNatError(
  tried: string,
  other: NatErrorCode,
  cause: unknown,
  line?: string,
): NatError {
  if (cause instanceof NatError) return cause;
  if (!(cause instanceof CommandError)) return new NatError(other, `${tried}: ${cause}`, { cause });
  const codes = { NOT_FOUND: 'NOT_INSTALLED', TIMEOUT: 'TIMEOUT', ABORTED: 'ABORTED' } as const;
  const overtaken = line !== undefined && /^-[DIX] /.test(line);
  // A legacy restore says no more than the line: the rule or place that it names has gone since it was read.
  const refused = overtaken ? 'CHANGED' : other;
  const exit = noPermission.test(cause.stderr) ? 'NO_PERMISSION' : refused;
  const code = cause.code === 'EXIT' ? exit : codes[cause.code];
  const why = cause.code === 'EXIT' ? cause.stderr.trim() || cause.message : cause.message;
  const at = line === undefined ? '' : ` (at ${JSON.stringify(line)})`;
  return new NatError(code, `${tried}: ${why}${at}`, { cause, line });
}
