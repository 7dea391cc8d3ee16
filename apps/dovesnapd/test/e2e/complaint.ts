import { CommandError } from '@dovesnap/command';

/**
 * The sentence that the driver has a `docker` command fail with. A command that succeeds, or that says more than one
 * line of its own, is an error.
 */
export async function complaintOf(command: Promise<unknown>): Promise<string> {
  const outcome = await command.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof CommandError)) throw new Error(`it did not fail: ${outcome}`);
  const lines = outcome.stderr.trim().split('\n');
  const said = /^(?:docker: )?Error response from daemon: (?:.*: )?remote: (.*)$/.exec(
    lines[0] ?? '',
  );
  if (said?.[1] === undefined || lines.length > 1) {
    throw new Error(`not one sentence of the driver: ${outcome.stderr}`);
  }
  return said[1].replace(/\.$/, '');
}
