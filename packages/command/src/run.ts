import { ExecaError, execa } from 'execa';
import { checkArguments } from './check-arguments.ts';
import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import { causeOf, whyNotStarted } from './not-started.ts';
import { hideSecrets } from './secrets.ts';
import type { Run, RunOptions, RunResult } from './types.ts';

/** Runs a program to its end. See {@link Run} for the errors. */
export const run: Run = async (file, args, options = {}): Promise<RunResult> => {
  const argv = [file, ...args];
  checkArguments(argv, options);
  if (options.deadline !== undefined && options.deadline <= 0) {
    const shown = argv.map(hideSecrets(options.secrets));
    const message = `no time was left to run ${formatCommand(shown)}`;
    throw new CommandError('TIMEOUT', message, { argv: shown });
  }
  try {
    const child = execa(file, [...args], {
      input: options.input ?? '',
      // SIGKILL, because the caller relies on the deadline: a program that ignores SIGTERM must not extend it.
      killSignal: 'SIGKILL',
      ...(options.deadline === undefined ? {} : { timeout: options.deadline }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      ...(options.env === undefined ? {} : { env: { ...options.env }, extendEnv: false }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stripFinalNewline: false,
    });
    // A grandchild may keep the outputs open after its parent was killed. Do not wait for it.
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
  const hide = hideSecrets(options.secrets);
  const notStarted = whyNotStarted(argv, options, error);
  if (notStarted !== undefined) return notStarted;
  const shown = argv.map(hide);
  const command = formatCommand(shown);
  const details = {
    argv: shown,
    exitCode: error.exitCode,
    signal: error.signal,
    stdout: hide(String(error.stdout ?? '')),
    stderr: hide(String(error.stderr ?? '')),
    cause: causeOf(error, options.secrets),
  };
  if (error.timedOut) {
    return new CommandError('TIMEOUT', `${command} took more than ${options.deadline} ms`, details);
  }
  if (error.isCanceled) return new CommandError('ABORTED', `${command} was stopped`, details);
  const how =
    error.exitCode === undefined
      ? `was ended by ${error.signal ?? hide(error.originalMessage ?? '')}`
      : `exited with ${error.exitCode}`;
  const said = details.stderr.trim();
  return new CommandError('EXIT', `${command} ${how}${said === '' ? '' : `: ${said}`}`, details);
}
