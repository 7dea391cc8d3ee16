import { rm } from 'node:fs/promises';
import { CommandError } from '@dovesnap/command';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import { patient } from './patience.ts';

/** Options for a host's Open vSwitch. */
export interface OvsOptions {
  /** Sets `other_config:userspace-tso-enable` in each new database. Default false. */
  readonly tso?: boolean | undefined;
  /** Which ovs-vswitchd of the distribution to use; `dpdk` is the one from openvswitch-switch-dpdk. Default `plain`. */
  readonly build?: keyof typeof builds | undefined;
}

/** How to stop ovs-vswitchd. */
export interface StopOptions {
  /**
   * `exit --cleanup`: removes the devices of userspace bridges with their addresses and routes. Default false, as with
   * `ovs-ctl stop`: devices and addresses stay, without carrier, and are reused at the next start (openvswitch 3.1.0).
   */
  readonly cleanup?: boolean | undefined;
}

/** The host's own Open vSwitch: ovsdb-server on `/run/openvswitch/db.sock`, and ovs-vswitchd. */
export interface HostOvs {
  /**
   * Runs ovs-vsctl in the host. Returns its output. If the switch could not apply part of a committed transaction, such
   * as a port without its device, the call still succeeds; the `error` column of the row contains the reason.
   */
  vsctl(...args: readonly string[]): Promise<string>;
  /** Runs ovs-ofctl for OpenFlow 1.3 in the host. Returns its output. */
  ofctl(...args: readonly string[]): Promise<string>;
  /** Stops the switch and the database. The database's content is kept. */
  stop(options?: StopOptions): Promise<void>;
  /** Starts the processes that are not running. Resolves when the switch has applied the database's content. */
  start(): Promise<void>;
  restart(options?: StopOptions): Promise<void>;
  /** Kills only ovs-vswitchd, with SIGKILL. The devices of userspace bridges stay and are reused at the next start. */
  killSwitch(): Promise<void>;
  /** Stops both processes, deletes the database's content, and starts again with an empty database. */
  wipeDatabase(options?: StopOptions): Promise<void>;
}

const builds = {
  plain: '/usr/lib/openvswitch-switch/ovs-vswitchd',
  dpdk: '/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk',
} as const;
const database = '/var/lib/openvswitch/conf.db';
const schema = '/usr/share/openvswitch/vswitch.ovsschema';
const socket = '/run/openvswitch/db.sock';

/** Starts an Open vSwitch for the host. */
export async function startOvs(host: HostAccess, options: OvsOptions = {}): Promise<HostOvs> {
  let server: HostProcess | undefined;
  let vswitchd: HostProcess | undefined;
  let starts = 0;
  let isNew = false;
  const vsctl = async (...args: readonly string[]): Promise<string> =>
    (await host.run('ovs-vsctl', [`--timeout=${patient(20)}`, ...args]).catch(committed)).stdout;

  const createDatabase = async (): Promise<void> => {
    await host.run('ovsdb-tool', ['create', database, schema]);
    isNew = true;
  };
  const startServer = async (): Promise<void> => {
    server = await host.spawn('ovsdb-server', [
      ...[database, `--remote=punix:${socket}`, '--no-chdir', '--pidfile', '-vconsole:info'],
      '--remote=db:Open_vSwitch,Open_vSwitch,manager_options',
    ]);
    // ovs-vsctl would retry by itself, but a second later. This line is printed when the socket listens.
    await server.output.waitFor(({ text }) => text.includes('ovsdb-server (Open vSwitch)'));
    await vsctl('--no-wait', 'init');
    if (!isNew) return;
    isNew = false;
    const tso = options.tso === true ? ['other_config:userspace-tso-enable=true'] : [];
    const settings = [`external_ids:system-id=${host.name}`, ...tso];
    await vsctl('--no-wait', 'set', 'Open_vSwitch', '.', ...settings);
  };
  const startSwitch = async (): Promise<void> => {
    // The DPDK build would use its own name for its files, but ovs-appctl looks for the usual names.
    const names = [
      '--pidfile=/run/openvswitch/ovs-vswitchd.pid',
      '--unixctl=/run/openvswitch/ovs-vswitchd.ctl',
    ];
    const args = [`unix:${socket}`, '--no-chdir', ...names, '-vconsole:info'];
    vswitchd = await host.spawn(builds[options.build ?? 'plain'], args);
    // This change makes ovs-vsctl wait until ovs-vswitchd has applied the database's content (cur_cfg, next_cfg).
    starts += 1;
    await vsctl('set', 'Open_vSwitch', '.', `external_ids:testbed-starts=${starts}`);
  };
  const start = async (): Promise<void> => {
    if (server?.running !== true) await startServer();
    if (vswitchd?.running !== true) await startSwitch();
  };
  const stop = async ({ cleanup = false }: StopOptions = {}): Promise<void> => {
    const exit = [
      '-t',
      '/run/openvswitch/ovs-vswitchd.ctl',
      'exit',
      ...(cleanup ? ['--cleanup'] : []),
    ];
    if (vswitchd?.running === true) await host.run('ovs-appctl', exit);
    await vswitchd?.exited;
    await server?.stop();
  };

  await createDatabase();
  await start();
  return {
    vsctl,
    ofctl: async (...args) => (await host.run('ovs-ofctl', ['-OOpenFlow13', ...args])).stdout,
    stop,
    start,
    async restart(options): Promise<void> {
      await stop(options);
      await start();
    },
    async killSwitch(): Promise<void> {
      await vswitchd?.kill();
    },
    async wipeDatabase(options): Promise<void> {
      await stop(options);
      await rm(host.path(database));
      await createDatabase();
      await start();
    },
  };
}

/**
 * Returns the error if ovs-vsctl committed the transaction, although the switch could not apply all of it; throws any
 * other error. From 4.0 on, ovs-vsctl exits with 65 in this case, where it used to print the same message and exit with
 * 0 (ovs-vsctl(8), EXIT STATUS).
 */
function committed(error: unknown): CommandError {
  if (!(error instanceof CommandError) || error.exitCode !== 65) throw error;
  if (/Error detected while setting up/.test(error.stderr)) return error;
  throw error;
}
