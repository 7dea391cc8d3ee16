import { type ExecaError, execa } from 'execa';
import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import type { Child, Exit, OutputLine, Spawn } from './types.ts';

/** A program that has not ended two seconds after SIGTERM is killed: long enough to write a last lease or record. */
const graceMs = 2000;

/** Starts a long-lived program; see {@link Spawn}. */
export const spawn: Spawn = (file, args, options = {}): Child => {
  const child = execa(file, [...args], {
    buffer: false,
    reject: false,
    forceKillAfterDelay: graceMs,
    cleanup: options.detached !== true,
    detached: options.detached === true,
    ...(options.detached === true ? { stdio: 'ignore' as const } : {}),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.env === undefined ? {} : { env: { ...options.env }, extendEnv: false }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const exited = child.then((result): Exit => {
    const error = result as unknown as ExecaError;
    if (error.code === 'ENOENT') {
      const argv = [file, ...args];
      const message = `${file} is not installed (running ${formatCommand(argv)})`;
      throw new CommandError('NOT_FOUND', message, { argv, cause: result });
    }
    return { code: result.exitCode, signal: result.signal };
  });
  exited.catch(() => undefined);
  return {
    pid: child.pid,
    lines: readLines(child),
    exited,
    write: (text) => void child.stdin?.write(text),
    close: async () => {
      child.kill('SIGTERM');
      await exited.catch(() => undefined);
    },
  };
};

type LineSource = {
  iterable(options: { from: 'stdout' | 'stderr' }): AsyncIterable<unknown>;
  readonly stdout: unknown;
};

async function* readLines(child: LineSource): AsyncIterable<OutputLine> {
  if (child.stdout === null || child.stdout === undefined) return;
  const sources = (['stdout', 'stderr'] as const).map((stream) => ({
    stream,
    iterator: child.iterable({ from: stream })[Symbol.asyncIterator](),
  }));
  const pending = new Map(sources.map((source) => [source, source.iterator.next()]));
  while (pending.size > 0) {
    const { source, result } = await Promise.race(
      [...pending].map(async ([source, next]) => ({ source, result: await next })),
    );
    if (result.done) pending.delete(source);
    else {
      pending.set(source, source.iterator.next());
      yield { stream: source.stream, text: String(result.value) };
    }
  }
}
