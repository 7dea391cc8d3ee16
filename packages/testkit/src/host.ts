import { type Counters, readCounters } from './counters.ts';
import { TestkitError } from './error.ts';
import { type HostAccess, hostAccess } from './host-access.ts';
import type { HostController } from './host-controller.ts';
import { type DaemonOptions, type HostDaemon, startDaemon } from './host-daemon.ts';
import { type DockerOptions, type HostDocker, startDocker } from './host-docker.ts';
import { type ControllerOptions, startFaucet, startGauge } from './host-faucet.ts';
import { openNamespaces } from './host-namespaces.ts';
import { type HostOvs, type OvsOptions, startOvs } from './host-ovs.ts';
import { httpProbe } from './http-probe.ts';
import type { HttpAnswer, HttpOptions } from './http-request.ts';

/** Options for a host. */
export interface HostOptions {
  /** At most 20 letters, digits and dashes; a number is appended. Default `host`. */
  readonly name?: string | undefined;
  /**
   * Initial value of `net.ipv4.ip_forward`. Default false: the Docker engine then sets it, along with its DROP policy.
   */
  readonly ipForward?: boolean | undefined;
}

/** A machine of the test bed: private namespaces with real components in them. */
export interface Host extends HostAccess {
  /** Runs Docker's client in this host. Short for `host.engine.docker`. */
  docker(...args: readonly string[]): Promise<string>;
  /** Makes an HTTP request from inside the host. */
  http(url: string, options?: HttpOptions): Promise<HttpAnswer>;
  /** Returns the current counters of the host's own IP stack. */
  counters(): Promise<Counters>;
  readonly ovs: HostOvs;
  readonly engine: HostDocker;
  readonly faucet: HostController;
  readonly gauge: HostController;
  readonly daemon: HostDaemon;
  startOvs(options?: OvsOptions): Promise<HostOvs>;
  startDocker(options?: DockerOptions): Promise<HostDocker>;
  startFaucet(options?: ControllerOptions): Promise<HostController>;
  startGauge(options?: ControllerOptions): Promise<HostController>;
  startDaemon(options?: DaemonOptions): Promise<HostDaemon>;
  /**
   * Ends all processes in the host and removes everything that belongs to it.
   * @throws TestkitError `LEFT_BEHIND`.
   */
  close(): Promise<void>;
}

let opened = 0;

/**
 * Opens a host. Nothing runs in it at first. Its `/run`, `/etc` and `/var` are its own.
 *
 * @throws TestkitError `HOST_FAILED` when the machine refuses the namespaces (root is needed) or a mount.
 */
export async function openHost(options: HostOptions = {}): Promise<Host> {
  opened += 1;
  const name = `${options.name ?? 'host'}-${process.pid}-${opened}`;
  const namespaces = await openNamespaces(name, options.ipForward === true);
  return assemble(hostAccess(name, namespaces), namespaces.close);
}

function assemble(access: HostAccess, close: () => Promise<void>): Host {
  const probe = httpProbe(access);
  const ovs = part<HostOvs>(access, 'Open vSwitch');
  const engine = part<HostDocker>(access, 'Docker');
  const faucet = part<HostController>(access, 'Faucet');
  const gauge = part<HostController>(access, 'Gauge');
  const daemon = part<HostDaemon>(access, 'dovesnapd');
  return {
    ...access,
    http: probe.request,
    counters: () => readCounters(access),
    docker: (...args) => engine.get().docker(...args),
    get ovs(): HostOvs {
      return ovs.get();
    },
    get engine(): HostDocker {
      return engine.get();
    },
    get faucet(): HostController {
      return faucet.get();
    },
    get gauge(): HostController {
      return gauge.get();
    },
    get daemon(): HostDaemon {
      return daemon.get();
    },
    startOvs: async (options) => ovs.set(await startOvs(access, options)),
    startDocker: async (options) => engine.set(await startDocker(access, options)),
    startFaucet: async (options) => faucet.set(await startFaucet(access, probe, options)),
    startGauge: async (options) => gauge.set(await startGauge(access, probe, options)),
    startDaemon: async (options) => daemon.set(await startDaemon(access, probe, options)),
    close,
  };
}

interface Part<T> {
  get(): T;
  set(value: T): T;
}

function part<T>(host: HostAccess, name: string): Part<T> {
  let current: T | undefined;
  return {
    get(): T {
      if (current !== undefined) return current;
      throw new TestkitError('NOT_STARTED', host.name, `${name} was not started on ${host.name}`);
    },
    set(value): T {
      current = value;
      return value;
    },
  };
}
