import { posix } from 'node:path';
import { type Run, run } from '@dovesnap/command';
import type { HostNamespaces } from './host-namespaces.ts';
import { type HostProcess, startHostProcess } from './host-process.ts';

/** The way into a host: all that its parts (switch, engine, controller, daemon) are built on. */
export interface HostAccess {
  /** Also the host's name in its own UTS namespace, and the name of its cgroups. */
  readonly name: string;
  /** Process 1 of the host, as the machine counts. */
  readonly pid: number;
  /** Runs a program in the host to its end; the working directory is `/`. See `Run` of @dovesnap/command. */
  readonly run: Run;
  /** Starts a program in the host; it is ended when the host is closed. */
  spawn(
    file: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<HostProcess>;
  /**
   * Where a file of the host (`/run/docker.sock`) is to be found from outside. Absolute symbolic links in it lead out
   * of the host (proc(5), /proc/PID/root); `/var/run` is safe.
   */
  path(inside: string): string;
}

/** Makes the way into a host out of its namespaces. */
export function hostAccess(name: string, { pid, enter }: HostNamespaces): HostAccess {
  const [nsenter = '', ...into] = enter;
  return {
    name,
    pid,
    run: (file, args, options) => run(nsenter, [...into, file, ...args], options),
    spawn: (file, args, env = {}) => {
      const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      const prefix = settings.length === 0 ? [] : ['env', ...settings];
      return startHostProcess(enter, [...prefix, file, ...args]);
    },
    path: (inside) => posix.join(`/proc/${pid}/root`, inside.replace(/^\/var\/run\//, '/run/')),
  };
}
