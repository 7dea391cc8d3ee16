import { ExecaError, execa } from 'execa';
import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import type { Run, RunOptions, RunResult } from './types.ts';

/** Runs a program to its end; see {@link Run} for what is thrown. */
export const run: Run = async (file, args, options = {}): Promise<RunResult> => {
  const argv = [file, ...args];
  if (options.deadline !== undefined && options.deadline <= 0) {
    throw new CommandError('TIMEOUT', `no time was left to run ${formatCommand(argv)}`, { argv });
  }
  try {
    const child = execa(file, [...args], {
      input: options.input ?? '',
      // A deadline is a promise to the caller: a program that ignores SIGTERM must not stretch it.
      killSignal: 'SIGKILL',
      ...(options.deadline === undefined ? {} : { timeout: options.deadline }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      ...(options.env === undefined ? {} : { env: { ...options.env }, extendEnv: false }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stripFinalNewline: false,
    });
    // A grandchild may keep the outputs open after its parent was killed; nobody waits for it.
    child.once('exit', (_code, signal) => {
      if (signal === 'SIGKILL') for (const output of [child.stdout, child.stderr]) output.destroy();
    });
    const result = await child;
    return { stdout: result.stdout, stderr: result.stderr };
  } catch (error) {
    throw toCommandError(argv, options, error);
  }
};

function toCommandError(argv: readonly string[], options: RunOptions, error: unknown): unknown {
  if (!(error instanceof ExecaError)) return error;
  const command = formatCommand(argv);
  const details = {
    argv,
    exitCode: error.exitCode,
    stdout: String(error.stdout ?? ''),
    stderr: String(error.stderr ?? ''),
    cause: error,
  };
  if (error.timedOut) {
    return new CommandError('TIMEOUT', `${command} took over ${options.deadline} ms`, details);
  }
  if (error.isCanceled) return new CommandError('ABORTED', `${command} was stopped`, details);
  const notStarted = whyNotStarted(argv, options, error);
  if (notStarted !== undefined) {
    return new CommandError('NOT_FOUND', `${notStarted} (running ${command})`, details);
  }
  const how =
    error.exitCode === undefined
      ? `was ended by ${error.signal ?? error.originalMessage}`
      : `exited with ${error.exitCode}`;
  const said = details.stderr.trim();
  return new CommandError('EXIT', `${command} ${how}${said === '' ? '' : `: ${said}`}`, details);
}

function whyNotStarted(
  argv: readonly string[],
  options: RunOptions,
  error: ExecaError,
): string | undefined {
  if (error.exitCode !== undefined) return undefined;
  if (error.code === 'EACCES') return `${argv[0]} cannot be executed`;
  if (error.code !== 'ENOENT') return undefined;
  // spawn(2) says ENOENT for a missing working folder too; execa then names the folder in its own words.
  return error.originalMessage?.includes('"cwd"') || error.shortMessage.includes('"cwd"')
    ? `the folder ${options.cwd} does not exist`
    : `${argv[0]} is not installed`;
}
