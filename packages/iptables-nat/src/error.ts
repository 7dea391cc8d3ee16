import { CommandError, type CommandErrorCode } from '@dovesnap/command';

/** The reason for a failure. The README lists the codes with their meanings. */
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

/** A failed read or change of the firewall. */
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

/** The message of iptables 1.8.9, for both backends. */
const noPermission = /Permission denied|Operation not permitted|must be root/;

/** Converts an error of `run` to a NatError that says what was attempted. */
export function toNatError(
  tried: string,
  other: NatErrorCode,
  cause: unknown,
  line?: string,
): NatError {
  if (cause instanceof NatError) return cause;
  if (!(cause instanceof CommandError)) return new NatError(other, `${tried}: ${cause}`, { cause });
  const codes: Readonly<Record<Exclude<CommandErrorCode, 'EXIT'>, NatErrorCode>> = {
    NOT_FOUND: 'NOT_INSTALLED',
    BAD_ARGUMENT: 'BAD_VALUE',
    TIMEOUT: 'TIMEOUT',
    ABORTED: 'ABORTED',
  };
  const overtaken = line !== undefined && /^-[DIX] /.test(line);
  // A legacy restore reports only the line: the rule or position in it no longer exists.
  const refused = overtaken ? 'CHANGED' : other;
  const exit = noPermission.test(cause.stderr) ? 'NO_PERMISSION' : refused;
  const code = cause.code === 'EXIT' ? exit : codes[cause.code];
  const why = cause.code === 'EXIT' ? cause.stderr.trim() || cause.message : cause.message;
  const at = line === undefined ? '' : ` (at ${JSON.stringify(line)})`;
  return new NatError(code, `${tried}: ${why}${at}`, { cause, line });
}
