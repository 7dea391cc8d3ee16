import { packBusybox } from './busybox-image.ts';
import { TestkitError } from './error.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import { type HttpAnswer, type HttpOptions, httpRequest } from './http-request.ts';
import { until } from './until.ts';

/** Options for a host's Docker engine. */
export interface DockerOptions {
  /** Default `/usr/sbin/dockerd`, from the distribution. */
  readonly engine?: string | undefined;
  /** Additional flags for the engine. */
  readonly args?: readonly string[] | undefined;
}

/** The host's own Docker engine on `/run/docker.sock`, with an image named `busybox`. */
export interface HostDocker {
  readonly running: boolean;
  /** The engine's newest lines of output, oldest first. */
  newest(lines: number): readonly string[];
  /** Runs the distribution's client `/usr/bin/docker` in the host. Returns its output, trimmed. */
  docker(...args: readonly string[]): Promise<string>;
  /** Makes one request to the engine's API. */
  api(path: string, options?: HttpOptions): Promise<HttpAnswer>;
  /** Creates an image with the content of `busybox` and its own labels. */
  importImage(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts the engine. Resolves when its API answers. */
  start(): Promise<void>;
  /** Starts the engine without waiting. Its API does not answer until restarted containers run. */
  launch(): Promise<HostProcess>;
  /** Resolves when the engine's API answers. */
  ready(): Promise<void>;
  /**
   * Stops the engine with SIGTERM, which stops its containers. A container whose process 1 ignores SIGTERM takes ten
   * seconds (`--stop-signal=KILL` avoids that).
   */
  stop(): Promise<void>;
  /** Kills the engine with SIGKILL; its containerd ends with it. Containers keep running. */
  kill(): Promise<void>;
  /** Stops and starts the engine. */
  restart(): Promise<void>;
}

const socket = '/run/docker.sock';
const client = '/usr/bin/docker';
/**
 * A starting engine does not answer until its restarted containers run, and waits 15 s for an absent plugin for each of
 * them.
 */
const bootMs = 60_000;
/**
 * The engine gives its containers 15 s by default (dockerd(8), --shutdown-timeout), and then needs some time itself.
 */
const shutdownMs = 30_000;

/** Starts a Docker engine for the host and adds the `busybox` image. */
export async function startDocker(
  host: HostAccess,
  options: DockerOptions = {},
): Promise<HostDocker> {
  let engine: HostProcess | undefined;
  const api = (path: string, request?: HttpOptions): Promise<HttpAnswer> =>
    httpRequest(host.path(socket), path, request);
  const docker = async (...args: readonly string[]): Promise<string> =>
    (await host.run(client, ['--host', `unix://${socket}`, ...args])).stdout.trim();

  const launch = async (): Promise<HostProcess> => {
    engine = await host.spawn(options.engine ?? '/usr/sbin/dockerd', [
      ...['--host', `unix://${socket}`, '--storage-driver', 'overlay2'],
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${host.name}`],
      ...(options.args ?? []),
    ]);
    return engine;
  };
  const ready = async (): Promise<void> => {
    await until(
      async () => {
        if (engine?.running !== true) return new TestkitError('ENDED', 'dockerd', endOf(engine));
        return (await api('/_ping', { deadline: bootMs })).status === 200;
      },
      { what: 'an answer of the Docker engine', deadline: bootMs },
    ).then((answer) => {
      if (answer instanceof TestkitError) throw answer;
    });
  };
  const start = async (): Promise<void> => {
    await launch();
    await ready();
  };
  const stop = async (): Promise<void> => {
    await engine?.stop(shutdownMs);
  };
  const importImage = async (
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const changes = Object.entries(labels).flatMap(([key, value]) => [
      '--change',
      `LABEL ${JSON.stringify(key)}=${JSON.stringify(value)}`,
    ]);
    await docker('import', ...changes, await packBusybox(host), name);
  };

  await start();
  await importImage('busybox');
  return {
    get running(): boolean {
      return engine?.running === true;
    },
    newest: (lines) => newest(engine, lines),
    docker,
    api,
    importImage,
    start,
    launch,
    ready,
    stop,
    async kill(): Promise<void> {
      await engine?.kill();
    },
    async restart(): Promise<void> {
      await stop();
      await start();
    },
  };
}

function endOf(engine: HostProcess | undefined): string {
  return `dockerd is not running:\n${newest(engine, 10).join('\n')}`;
}

function newest(engine: HostProcess | undefined, lines: number): readonly string[] {
  return engine?.output.entries.slice(-lines).map(({ text }) => text) ?? [];
}
