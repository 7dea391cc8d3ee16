import { CommandError } from '@dovesnap/command';

/** What clients from 28 on put below a failed `docker run`. */
const hint = /^Run 'docker [a-z ]+ --help' for more information$/;

/**
 * The sentence that the driver has a `docker` command fail with; engines from 28 on say before it what they were doing.
 * A command that succeeds, or that says more than one line of its own, is an error.
 */
export async function complaintOf(command: Promise<unknown>): Promise<string> {
  const outcome = await command.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof CommandError)) throw new Error(`it did not fail: ${outcome}`);
  const lines = outcome.stderr.split('\n').filter((line) => line !== '' && !hint.test(line));
  const said = /^(?:docker: )?Error response from daemon: (?:.*: )?remote: (.*)$/.exec(
    lines[0] ?? '',
  );
  if (said?.[1] === undefined || lines.length > 1) {
    throw new Error(`not one sentence of the driver: ${outcome.stderr}`);
  }
  return said[1].replace(/\.$/, '');
}
