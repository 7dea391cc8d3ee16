import { ExecaError, execa } from 'execa';
import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import type { Run, RunOptions, RunResult } from './types.ts';

/** Runs a program to its end; see {@link Run} for what is thrown. */
export const run: Run = async (file, args, options = {}): Promise<RunResult> => {
  const argv = [file, ...args];
  try {
    const result = await execa(file, [...args], {
      input: options.input ?? '',
      ...(options.deadline === undefined ? {} : { timeout: options.deadline }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      ...(options.env === undefined ? {} : { env: { ...options.env }, extendEnv: false }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stripFinalNewline: false,
    });
    return { stdout: result.stdout, stderr: result.stderr };
  } catch (error) {
    throw toCommandError(argv, options, error);
  }
};

function toCommandError(argv: readonly string[], options: RunOptions, error: unknown): unknown {
  if (!(error instanceof ExecaError)) return error;
  const command = formatCommand(argv);
  const stderr = String(error.stderr ?? '').trim();
  const details = {
    argv,
    exitCode: error.exitCode,
    stdout: String(error.stdout ?? ''),
    stderr: String(error.stderr ?? ''),
    cause: error,
  };
  if (error.code === 'ENOENT') {
    return new CommandError(
      'NOT_FOUND',
      `${argv[0]} is not installed (running ${command})`,
      details,
    );
  }
  if (error.timedOut) {
    return new CommandError('TIMEOUT', `${command} took over ${options.deadline} ms`, details);
  }
  if (error.isCanceled) return new CommandError('ABORTED', `${command} was stopped`, details);
  const how =
    error.exitCode === undefined ? `was ended by ${error.signal}` : `exited with ${error.exitCode}`;
  return new CommandError(
    'EXIT',
    `${command} ${how}${stderr === '' ? '' : `: ${stderr}`}`,
    details,
  );
}
