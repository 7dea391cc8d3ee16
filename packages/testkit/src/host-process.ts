import { type Exit, type OutputLine, spawn } from '@dovesnap/command';
import type { EventLog } from './event-log.ts';
import { childOf, recordLines } from './host-namespaces.ts';

/** A program that runs in a host. */
export interface HostProcess {
  /** Process id as the machine counts, not as the host does. */
  readonly pid: number;
  readonly output: EventLog<OutputLine>;
  /** Resolves when it has ended, however that came. */
  readonly exited: Promise<Exit>;
  readonly running: boolean;
  write(text: string): void;
  /** Sends a signal; nothing happens when it has ended. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs` (default 10000); resolves when it has ended. */
  stop(graceMs?: number): Promise<Exit>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<Exit>;
}

/** Starts `argv` in the host behind `enter`, with its output recorded from the first line on. */
export async function startHostProcess(
  enter: readonly string[],
  argv: readonly string[],
): Promise<HostProcess> {
  const [program = '', ...args] = [...enter, ...argv];
  const child = spawn(program, args);
  const output = recordLines(argv.join(' '), child);
  let running = true;
  const exited = child.exited.finally(() => {
    running = false;
  });
  exited.catch(() => undefined);
  const pid = await childOf(child);
  const signal = (name: NodeJS.Signals): void => {
    if (!running || pid < 0) return;
    try {
      process.kill(pid, name);
    } catch (error) {
      // It ended a moment ago and nsenter has not told us yet.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    pid,
    output,
    exited,
    get running(): boolean {
      return running;
    },
    write: (text) => child.write(text),
    signal,
    async stop(graceMs = 10_000): Promise<Exit> {
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), graceMs);
      return await exited.finally(() => clearTimeout(timer));
    },
    async kill(): Promise<Exit> {
      signal('SIGKILL');
      return await exited;
    },
  };
}
