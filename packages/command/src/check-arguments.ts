import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import { hideSecrets } from './secrets.ts';
import type { SpawnOptions } from './types.ts';

type Checked = Pick<SpawnOptions, 'cwd' | 'env' | 'secrets'>;

/**
 * Checks for values that execve(2) cannot take: a NUL byte, which would end the string, or an empty program name.
 * @throws CommandError `BAD_ARGUMENT`.
 */
export function checkArguments(argv: readonly string[], options: Checked): void {
  const [file = '', ...args] = argv;
  const env = Object.entries(options.env ?? {});
  const places = [
    ['the name of a program', [file]],
    ['an argument', args],
    ['the working folder', [options.cwd ?? '']],
    ['the name of a variable', env.map(([name]) => name)],
    ['a variable', env.map(([, value]) => value)],
  ] as const;
  const bad = places.find(([, texts]) => texts.some((text) => text.includes('\0')));
  if (bad === undefined && file !== '') return;
  const why = bad === undefined ? 'the program has no name' : `${bad[0]} contains a NUL byte`;
  throw badArgument(argv, options.secrets, why);
}

/** Creates the error for arguments that cannot be passed to any program. */
export function badArgument(
  argv: readonly string[],
  secrets: readonly string[] | undefined,
  why: string,
): CommandError {
  const shown = argv.map(hideSecrets(secrets));
  // A NUL byte could also cut off the text in a terminal or a log.
  const command = formatCommand(shown).replaceAll('\0', '\\0');
  return new CommandError('BAD_ARGUMENT', `${why} (running ${command})`, { argv: shown });
}
