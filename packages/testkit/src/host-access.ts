import { posix } from 'node:path';
import { type Run, run } from '@dovesnap/command';
import type { HostNamespaces } from './host-namespaces.ts';
import { type HostProcess, startHostProcess } from './host-process.ts';

/** Access to a host, on which its parts (switch, engine, controller, daemon) are built. */
export interface HostAccess {
  /** The host's name, which is also its hostname in its own UTS namespace and the name of its cgroups. */
  readonly name: string;
  /** Process 1 of the host, as numbered on the machine. */
  readonly pid: number;
  /** Runs a program in the host to its end, in the directory `/`. See `Run` of @dovesnap/command. */
  readonly run: Run;
  /** Starts a program in the host. It is ended when the host is closed. */
  spawn(
    file: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<HostProcess>;
  /**
   * Returns the path outside the host for a file in the host (`/run/docker.sock`). Absolute symbolic links in the path
   * lead out of the host (proc(5), /proc/PID/root); `/var/run` is safe.
   */
  path(inside: string): string;
}

/** Creates the access to a host from its namespaces. */
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
