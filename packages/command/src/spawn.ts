import { type ExecaError, execa } from 'execa';
import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import { type ByteSource, collectLines } from './lines.ts';
import type { Child, Exit, Spawn, SpawnOptions } from './types.ts';

/** A program that has not ended two seconds after SIGTERM is killed: long enough to write a last lease or record. */
const graceMs = 2000;

/** Starts a long-lived program; see {@link Spawn}. */
export const spawn: Spawn = (file, args, options = {}): Child => {
  const child = start(file, args, options);
  // The exit event, not the end of the outputs: a grandchild that keeps them open must not hide that the program is gone.
  const ended = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
  const failed = child.then((result): Promise<Exit> | Exit => {
    const error = result as unknown as ExecaError;
    if (child.pid !== undefined) return ended;
    const argv = [file, ...args];
    const reason = error.code === 'ENOENT' ? 'is not installed' : 'cannot be started';
    const message = `${file} ${reason} (running ${formatCommand(argv)})`;
    throw new CommandError('NOT_FOUND', message, { argv, cause: result });
  });
  const exited = Promise.race([ended, failed]);
  exited.catch(() => undefined);
  if (options.detached === true) child.unref();
  return {
    pid: child.pid,
    lines: collectLines({
      ...(child.stdout === null ? {} : { stdout: child.stdout as ByteSource }),
      ...(child.stderr === null ? {} : { stderr: child.stderr as ByteSource }),
    }),
    exited,
    write: (text) => void child.stdin?.write(text),
    close: async () => {
      child.kill('SIGTERM');
      await exited.catch(() => undefined);
    },
  };
};

function start(file: string, args: readonly string[], options: SpawnOptions) {
  return execa(file, [...args], {
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
}
