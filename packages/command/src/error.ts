/** Why a program did not do its work. */
export type CommandErrorCode = 'NOT_FOUND' | 'EXIT' | 'TIMEOUT' | 'ABORTED';

/** A program that could not be run to its end, or ended badly. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;
  /** The program and its arguments. */
  readonly argv: readonly string[];
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;

  constructor(
    code: CommandErrorCode,
    message: string,
    details: {
      argv: readonly string[];
      exitCode?: number | undefined;
      stdout?: string | undefined;
      stderr?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.argv = details.argv;
    this.exitCode = details.exitCode;
    this.stdout = details.stdout ?? '';
    this.stderr = details.stderr ?? '';
  }
}
