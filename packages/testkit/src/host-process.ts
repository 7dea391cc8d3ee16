import { type Exit, type OutputLine, spawn } from '@dovesnap/command';
import type { EventLog } from './event-log.ts';
import { childOf, recordLines } from './host-namespaces.ts';
import { patient } from './patience.ts';

/** A program running in a host. */
export interface HostProcess {
  /** Process id as numbered on the machine, not in the host. */
  readonly pid: number;
  readonly output: EventLog<OutputLine>;
  /** Resolves when the program has ended, for any reason. */
  readonly exited: Promise<Exit>;
  readonly running: boolean;
  write(text: string): void;
  /** Sends a signal. Does nothing when the program has ended. */
  signal(name: NodeJS.Signals): void;
  /** Ends the program with SIGTERM, then with SIGKILL after `graceMs` (default 10000). Resolves when it has ended. */
  stop(graceMs?: number): Promise<Exit>;
  /** Kills the program with SIGKILL. Resolves when it has ended. */
  kill(): Promise<Exit>;
}

/** Runs `argv` in the host through `enter`. Records its output from the first line. */
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
      // The program has just ended, but nsenter has not reported it yet.
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
      const timer = setTimeout(() => signal('SIGKILL'), patient(graceMs));
      return await exited.finally(() => clearTimeout(timer));
    },
    async kill(): Promise<Exit> {
      signal('SIGKILL');
      return await exited;
    },
  };
}
