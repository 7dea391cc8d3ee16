import { Socket } from 'node:net';
import { type ExecaError, execa } from 'execa';
import { checkArguments } from './check-arguments.ts';
import { CommandError } from './error.ts';
import { formatCommand } from './format.ts';
import { type ByteSource, collectLines } from './lines.ts';
import { causeOf, whyNotStarted } from './not-started.ts';
import { hideSecrets } from './secrets.ts';
import type { Child, Exit, Spawn, SpawnOptions } from './types.ts';

/** Time between SIGTERM and SIGKILL. Two seconds are enough for a program to write a last lease or record. */
const graceMs = 2000;

/** Starts a long-lived program. See {@link Spawn}. */
export const spawn: Spawn = (file, args, options = {}): Child => {
  try {
    checkArguments([file, ...args], options);
  } catch (error) {
    return neverStarted(error);
  }
  const child = start(file, args, options);
  // Uses the exit event instead of the end of the outputs, because a grandchild may keep the outputs open.
  const ended = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
  const failed = child.then((result): Promise<Exit> | Exit => {
    if (child.pid !== undefined) return ended;
    const argv = [file, ...args];
    const error = result as unknown as ExecaError;
    throw whyNotStarted(argv, options, error) ?? cannotStart(argv, options.secrets, error);
  });
  const exited = Promise.race([ended, failed]);
  exited.catch(() => undefined);
  if (options.detached === true || options.background === true) letGo(child);
  return {
    pid: child.pid,
    lines: collectLines({
      ...(child.stdout === null ? {} : { stdout: child.stdout as ByteSource }),
      ...(child.stderr === null ? {} : { stderr: child.stderr as ByteSource }),
    }),
    exited,
    write: (text) => void child.stdin?.write(text),
    close: async () => {
      child.ref();
      child.kill('SIGTERM');
      await exited.catch(() => undefined);
    },
  };
};

function cannotStart(
  argv: readonly string[],
  secrets: readonly string[] | undefined,
  error: ExecaError,
): CommandError {
  const shown = argv.map(hideSecrets(secrets));
  const message = `${shown[0]} cannot be started (running ${formatCommand(shown)})`;
  return new CommandError('NOT_FOUND', message, { argv: shown, cause: causeOf(error, secrets) });
}

/** Returns a Child for a program that could not be started. */
function neverStarted(error: unknown): Child {
  const exited = Promise.reject(error);
  exited.catch(() => undefined);
  const lines = collectLines({});
  return { pid: undefined, lines, exited, write: () => undefined, close: async () => undefined };
}

/** Stops the program and its pipes from keeping this process alive. */
function letGo(child: ReturnType<typeof start>): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) {
    if (pipe instanceof Socket) pipe.unref();
  }
}

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
