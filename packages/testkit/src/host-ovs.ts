import { rm } from 'node:fs/promises';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';

/** How a host's Open vSwitch is set up. */
export interface OvsOptions {
  /** Sets `other_config:userspace-tso-enable` in each new database. Default false. */
  readonly tso?: boolean | undefined;
  /** Which ovs-vswitchd of the distribution; `dpdk` is that of openvswitch-switch-dpdk. Default `plain`. */
  readonly build?: keyof typeof builds | undefined;
}

/** How ovs-vswitchd is stopped. */
export interface StopOptions {
  /**
   * `exit --cleanup`: the devices of userspace bridges go, with their addresses and routes. Default false, as `ovs-ctl
   * stop` has it: devices and addresses stay, without carrier, and are taken up again (openvswitch 3.1.0).
   */
  readonly cleanup?: boolean | undefined;
}

/** The host's own Open vSwitch: ovsdb-server on `/run/openvswitch/db.sock`, and ovs-vswitchd. */
export interface HostOvs {
  /** Runs ovs-vsctl in the host; answers what it printed. */
  vsctl(...args: readonly string[]): Promise<string>;
  /** Runs ovs-ofctl for OpenFlow 1.3 in the host; answers what it printed. */
  ofctl(...args: readonly string[]): Promise<string>;
  /** Stops switch and database; the database's content stays. */
  stop(options?: StopOptions): Promise<void>;
  /** Starts what is not running; resolves when the switch has taken the database's content up. */
  start(): Promise<void>;
  restart(options?: StopOptions): Promise<void>;
  /** SIGKILL to ovs-vswitchd alone: the devices of userspace bridges stay, and are taken up again. */
  killSwitch(): Promise<void>;
  /** Stops both, throws the database's content away, starts again with an empty one. */
  wipeDatabase(options?: StopOptions): Promise<void>;
}

const builds = {
  plain: '/usr/lib/openvswitch-switch/ovs-vswitchd',
  dpdk: '/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk',
} as const;
const database = '/var/lib/openvswitch/conf.db';
const schema = '/usr/share/openvswitch/vswitch.ovsschema';
const socket = '/run/openvswitch/db.sock';

/** Starts an Open vSwitch of the host's own. */
export async function startOvs(host: HostAccess, options: OvsOptions = {}): Promise<HostOvs> {
  let server: HostProcess | undefined;
  let vswitchd: HostProcess | undefined;
  let starts = 0;
  let isNew = false;
  const vsctl = async (...args: readonly string[]): Promise<string> =>
    (await host.run('ovs-vsctl', ['--timeout=20', ...args])).stdout;

  const createDatabase = async (): Promise<void> => {
    await host.run('ovsdb-tool', ['create', database, schema]);
    isNew = true;
  };
  const startServer = async (): Promise<void> => {
    server = await host.spawn('ovsdb-server', [
      ...[database, `--remote=punix:${socket}`, '--no-chdir', '--pidfile', '-vconsole:info'],
      '--remote=db:Open_vSwitch,Open_vSwitch,manager_options',
    ]);
    // ovs-vsctl itself would retry, but a second late: the line is printed when the socket listens.
    await server.output.waitFor(({ text }) => text.includes('ovsdb-server (Open vSwitch)'));
    await vsctl('--no-wait', 'init');
    if (!isNew) return;
    isNew = false;
    const tso = options.tso === true ? ['other_config:userspace-tso-enable=true'] : [];
    const settings = [`external_ids:system-id=${host.name}`, ...tso];
    await vsctl('--no-wait', 'set', 'Open_vSwitch', '.', ...settings);
  };
  const startSwitch = async (): Promise<void> => {
    // The DPDK build would name its files after itself, and ovs-appctl look for the usual ones.
    const names = [
      '--pidfile=/run/openvswitch/ovs-vswitchd.pid',
      '--unixctl=/run/openvswitch/ovs-vswitchd.ctl',
    ];
    const args = [`unix:${socket}`, '--no-chdir', ...names, '-vconsole:info'];
    vswitchd = await host.spawn(builds[options.build ?? 'plain'], args);
    // A change that waits: ovs-vsctl returns when ovs-vswitchd has caught up with the database (cur_cfg, next_cfg).
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
