import { CommandError, type CommandErrorCode, formatCommand } from '@dovesnap/command';

/** The long-lived `ip`. With `-force` it goes on after a line that fails. */
export const ipCommand = ['ip', '-force', '-batch', '-'] as const;

/** The command in messages. */
export const ipText: string = formatCommand(ipCommand);

/** Creates the error that `run` of `@dovesnap/command` would throw for {@link ipCommand}. */
export function ipError(
  code: CommandErrorCode,
  message: string,
  details: Partial<Pick<CommandError, 'exitCode' | 'signal' | 'stderr' | 'cause'>> = {},
): CommandError {
  return new CommandError(code, message, { argv: ipCommand, ...details });
}
