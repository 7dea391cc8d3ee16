import type { ExecaError } from 'execa';
import { badArgument } from './check-arguments.ts';
import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import { hideSecrets } from './secrets.ts';
import type { SpawnOptions } from './types.ts';

type Started = Pick<SpawnOptions, 'cwd' | 'secrets'>;

/**
 * Returns the error for a program that execve(2) did not start. Returns undefined when the program ran, or was stopped
 * before.
 */
export function whyNotStarted(
  argv: readonly string[],
  options: Started,
  error: ExecaError,
): CommandError | undefined {
  if (error.exitCode !== undefined || error.timedOut || error.isCanceled) return undefined;
  if (error.code === 'E2BIG')
    return badArgument(argv, options.secrets, 'the arguments are too long');
  const reason = reasonOf(argv[0] ?? '', options, error);
  if (reason === undefined) return undefined;
  const hide = hideSecrets(options.secrets);
  const shown = argv.map(hide);
  return new CommandError('NOT_FOUND', `${hide(reason)} (running ${formatCommand(shown)})`, {
    argv: shown,
    cause: causeOf(error, options.secrets),
  });
}

/**
 * Returns the cause for a CommandError. An error of execa contains the arguments several times, so it is omitted when
 * there are secrets.
 */
export function causeOf(error: ExecaError, secrets: readonly string[] = []): unknown {
  return secrets.length === 0 ? error : undefined;
}

function reasonOf(file: string, { cwd }: Started, error: ExecaError): string | undefined {
  if (error.code === 'EACCES' || error.code === 'ENOEXEC') return `${file} cannot be executed`;
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return undefined;
  // spawn(2) also reports ENOENT for a missing working directory; only the message of execa mentions the directory.
  return error.originalMessage?.includes('"cwd"') || error.shortMessage.includes('"cwd"')
    ? `the folder ${cwd} does not exist`
    : `${file} is not installed`;
}
