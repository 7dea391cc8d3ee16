import { run } from '@dovesnap/command';
import {
  type DaemonOptions,
  type FaucetFlavour,
  type Host,
  type OvsOptions,
  openHost,
  patient,
  until,
} from '@dovesnap/testkit';
import { afterEach, expect } from 'vitest';
import { networkStatus } from './network-status.ts';

/** Ping once within a second: answers whether the reply came. */
export const pingOnce = (address: string): readonly string[] => [
  'ping',
  '-c',
  '1',
  '-W',
  '1',
  address,
];

let latest: Host | undefined;

declare module 'vitest' {
  interface TaskMeta {
    /** What the daemon, the engine and the kernel said last; the report prints it below a failure (scripts/lib/tally.mjs). */
    log?: readonly string[];
  }
}

// What a failed test leaves to those who read of it: a machine that is gone by then.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail' || latest === undefined) return;
  const { stdout } = await run('dmesg', []);
  task.meta.log = [
    ...latest.daemon.logs.entries.slice(-40).map((line) => JSON.stringify(line)),
    ...troubles(latest.engine.newest(300)).map((line) => `dockerd: ${line}`),
    ...stdout
      .trim()
      .split('\n')
      .slice(-10)
      .map((line) => `kernel: ${line}`),
  ];
});

/** The engine's newest lines without its information. */
function troubles(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.includes('level=info')).slice(-15);
}

// Work that waits for each other would do so for ever, some day (`services/core/turns.ts`).
afterEach(() => {
  const said = latest?.daemon.logs.entries.map(({ msg }) => String(msg)) ?? [];
  expect(said.filter((msg) => msg.startsWith('the turn '))).toEqual([]);
});

/** A host with everything running: Open vSwitch, Docker, Faucet, Gauge, dovesnapd. */
export async function openLab(
  name: string,
  options: {
    readonly daemon?: DaemonOptions;
    readonly faucetConfig?: string;
    readonly flavour?: FaucetFlavour;
    readonly ovs?: OvsOptions;
  } = {},
): Promise<Host> {
  const host = await openHost({ name });
  try {
    await Promise.all([
      host.startOvs(options.ovs),
      host.startDocker(),
      host
        .startFaucet({ config: options.faucetConfig, flavour: options.flavour })
        .then(() => host.startGauge({ flavour: options.flavour })),
    ]);
    await host.startDaemon(options.daemon);
    latest = host;
    return host;
  } catch (error) {
    await host.close();
    throw error;
  }
}

/**
 * Makes a network with options; answers its id. Resolves when `/networks` shows it by its name, which the daemon learns
 * from Docker once Docker has made it.
 */
export async function createNetwork(
  host: Host,
  name: string,
  options: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<string> {
  const pairs = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const id = await host.docker(
    ...['network', 'create', '-d', 'dovesnap', ...pairs, ...flags, name],
  );
  const isShown = async (): Promise<boolean> => (await networkStatus(host, name)) !== undefined;
  await until(isShown, { what: `network ${name} in /networks` });
  return id;
}

/** Starts a container that sleeps; answers its id. A sleeping first process ignores SIGTERM, for which engines wait 10 s. */
export function startContainer(
  host: Host,
  name: string,
  network: string,
  flags: readonly string[] = [],
): Promise<string> {
  return host.docker(
    ...['run', '--detach', '--name', name, '--network', network, '--stop-signal=KILL', ...flags],
    ...['busybox', 'sleep', '100000'],
  );
}

/** Runs a program in a container; answers what it printed. */
export function inContainer(
  host: Host,
  name: string,
  ...command: readonly string[]
): Promise<string> {
  return host.docker('exec', name, ...command);
}

/** A container's address on a network. */
export async function addressOf(host: Host, container: string, network: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  return host.docker('inspect', '--format', format, container);
}

/** Flag of a container that may change its own network. */
export const netAdmin = '--cap-add=NET_ADMIN';

/** A container's IPv4 routes as `ip route` shows them, one each. */
export async function routesOf(host: Host, container: string): Promise<readonly string[]> {
  const lines = (await inContainer(host, container, 'ip', 'route')).split('\n');
  return lines.map((line) => line.trim());
}

/** What an HTTP server answers to a container. */
export function fetchUrl(host: Host, container: string, url: string): Promise<string> {
  // Not `wget -T`: Debian's static busybox 1.35.0 dies of it.
  return inContainer(host, container, 'timeout', `${patient(5)}`, 'wget', '-q', '-O', '-', url);
}

/** The first number of the version of the host's Docker engine. */
export async function engineMajor(host: Host): Promise<number> {
  return Number.parseInt(await host.docker('version', '--format', '{{.Server.Version}}'), 10);
}

/** The gateway that Docker shows of a network. */
export function gatewayOf(host: Host, network: string): Promise<string> {
  const format = '{{(index .IPAM.Config 0).Gateway}}';
  return host.docker('network', 'inspect', '--format', format, network);
}

/** Restarts Faucet; resolves when it has started a network's datapath, which it does cold. */
export async function restartFaucet(host: Host, network: string): Promise<void> {
  await host.faucet.restart();
  const isUp = async (): Promise<boolean> =>
    (await host.faucet.metrics('dp_status')).some(
      ({ labels, value }) => labels.dp_name === network && value === 1,
    );
  await until(isUp, { what: `the datapath of ${network} in Faucet`, interval: 50 });
}
