/** The reason for a failure. The README lists the codes with their meanings. */
export type CommandErrorCode = 'NOT_FOUND' | 'BAD_ARGUMENT' | 'EXIT' | 'TIMEOUT' | 'ABORTED';

/** A program that could not be started, was stopped, or failed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;
  /** The program and its arguments. */
  readonly argv: readonly string[];
  readonly exitCode: number | undefined;
  /** The signal that ended the program, e.g. `SIGKILL`. */
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    code: CommandErrorCode,
    message: string,
    details: {
      argv: readonly string[];
      exitCode?: number | undefined;
      signal?: string | undefined;
      stdout?: string | undefined;
      stderr?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.argv = details.argv;
    this.exitCode = details.exitCode;
    this.signal = details.signal;
    this.stdout = details.stdout ?? '';
    this.stderr = details.stderr ?? '';
  }
}
