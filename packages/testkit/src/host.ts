import { posix } from 'node:path';
import { type Run, run } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import type { HostAccess } from './host-access.ts';
import { type DockerOptions, type HostDocker, startDocker } from './host-docker.ts';
import { openNamespaces } from './host-namespaces.ts';
import { type HostOvs, type OvsOptions, startOvs } from './host-ovs.ts';
import { type HostProcess, startHostProcess } from './host-process.ts';
import { httpProbe } from './http-probe.ts';
import type { HttpAnswer, HttpOptions } from './http-request.ts';

/** What a host is made with. */
export interface HostOptions {
  /** At most 20 letters, digits and dashes; a number is added. Default `host`. */
  readonly name?: string | undefined;
  /** `net.ipv4.ip_forward` at the start. Default false: the Docker engine then sets it, and its DROP policy. */
  readonly ipForward?: boolean | undefined;
}

/** A machine of the test bed: private namespaces with real parts in them. */
export interface Host extends HostAccess {
  /** Docker's client in this host. Short for `host.engine.docker`. */
  docker(...args: readonly string[]): Promise<string>;
  /** HTTP from inside the host. */
  http(url: string, options?: HttpOptions): Promise<HttpAnswer>;
  readonly ovs: HostOvs;
  readonly engine: HostDocker;
  startOvs(options?: OvsOptions): Promise<HostOvs>;
  startDocker(options?: DockerOptions): Promise<HostDocker>;
  /** Ends all that runs in the host and leaves nothing of it. @throws TestkitError `LEFT_BEHIND`. */
  close(): Promise<void>;
}

let opened = 0;

/**
 * Opens a host: nothing runs in it yet, its `/run`, `/etc` and `/var` are its own.
 *
 * @throws TestkitError `HOST_FAILED` when the machine refuses the namespaces (root is needed) or a mount.
 */
export async function openHost(options: HostOptions = {}): Promise<Host> {
  opened += 1;
  const name = `${options.name ?? 'host'}-${process.pid}-${opened}`;
  const namespaces = await openNamespaces(name, options.ipForward === true);
  const enter = namespaces.enter;
  const runInside: Run = (file, args, runOptions) => {
    const [program = '', ...rest] = enter;
    return run(program, [...rest, file, ...args], runOptions);
  };
  const access: HostAccess = {
    name,
    pid: namespaces.pid,
    run: runInside,
    spawn: (file, args, env = {}): Promise<HostProcess> => {
      const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      const prefix = settings.length === 0 ? [] : ['env', ...settings];
      return startHostProcess(enter, [...prefix, file, ...args]);
    },
    path: (inside) =>
      posix.join(`/proc/${namespaces.pid}/root`, inside.replace(/^\/var\/run\//, '/run/')),
  };
  const probe = httpProbe(access);
  const ovs = part<HostOvs>(name, 'Open vSwitch');
  const engine = part<HostDocker>(name, 'Docker');
  return {
    ...access,
    http: probe.request,
    docker: (...args) => engine.get().docker(...args),
    get ovs(): HostOvs {
      return ovs.get();
    },
    get engine(): HostDocker {
      return engine.get();
    },
    startOvs: async (settings) => ovs.set(await startOvs(access, settings)),
    startDocker: async (settings) => engine.set(await startDocker(access, settings)),
    close: namespaces.close,
  };
}

interface Part<T> {
  get(): T;
  set(value: T): T;
}

function part<T>(host: string, name: string): Part<T> {
  let current: T | undefined;
  return {
    get(): T {
      if (current !== undefined) return current;
      throw new TestkitError('NOT_STARTED', host, `${name} was not started on ${host}`);
    },
    set(value): T {
      current = value;
      return value;
    },
  };
}
