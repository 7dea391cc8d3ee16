import { openFirewall } from '@dovesnap/iptables-nat';
import { type MemoryIptables, memoryIptables } from '@dovesnap/testkit';
import type { Config } from '../../src/domain/config.ts';
import { lifetime } from '../../src/edges/lifetime.ts';
import { joinEdges } from '../../src/join-edges.ts';
import { type Daemon, wire } from '../../src/wire.ts';
import { type LoggedLine, recordingLog } from '../recording-log.ts';
import { type DockerCommands, dockerCommands } from './docker-commands.ts';
import { type DockerEngine, dockerEngine } from './docker-engine.ts';
import { type DrivenTime, drivenTime } from './driven-time.ts';
import { type HostLinks, hostLinks } from './host-links.ts';
import { type Lags, laggingDocker, laggingLinks, laggingOfctl, noLags } from './lags.ts';
import { memoryNetns } from './memory-netns.ts';
import { type MemoryOfctl, memoryOfctl } from './memory-ofctl.ts';
import { memoryTracker } from './memory-tracker.ts';
import { noMachines, userspaceMachine } from './other-edges.ts';
import { type DriverCall, pluginConnection } from './plugin-connection.ts';
import { faucetYaml, type WorldFaucet, worldFaucet } from './world-faucet.ts';
import { type WorldSwitch, worldSwitch } from './world-switch.ts';

/** Everything that a daemon works with, in memory, and the daemon. */
export interface World {
  readonly time: DrivenTime;
  readonly host: HostLinks;
  readonly ovs: WorldSwitch;
  readonly faucet: WorldFaucet;
  readonly iptables: MemoryIptables;
  readonly engine: DockerEngine;
  readonly docker: DockerCommands;
  /** The calls of Docker that have reached a daemon. */
  readonly calls: readonly DriverCall[];
  readonly ofctl: MemoryOfctl;
  /** What all daemons have logged. */
  readonly log: readonly LoggedLine[];
  readonly runsDaemon: boolean;
  /** The interface that mirrored frames leave through; undefined: nothing is mirrored. */
  readonly mirrorOut: string | undefined;
  /** The daemon that runs. @throws Error when none does. */
  daemon(): Daemon;
  startDaemon(): void;
  stopDaemon(): Promise<void>;
  /** Moves the time for as long as a command takes, and then until the daemon has come to rest. */
  settled<T>(command: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What an operator has written before there is any network. */
export const operatorsText = `# kept by hand
acls:
  no-mail:
    - rule: {eth_type: 0x800, ip_proto: 6, tcp_dst: 25, actions: {allow: 0}}
    - rule: {actions: {allow: 1}}
  deny-all:
    - rule: {actions: {allow: 0}}
dps:
  office:
    dp_id: 77
    hardware: Open vSwitch
    interfaces:
      1: {native_vlan: 300}
`;

const config: Config = {
  logLevel: 'info',
  faucetConfig: faucetYaml,
  gaugeConfig: '/etc/faucet/gauge.yaml',
  faucetMetrics: '127.0.0.1:9302',
  faucetPidfile: undefined,
  controllers: ['tcp:127.0.0.1:6653'],
  attachTimeout: 5000,
  trustImageLabels: false,
  mirrorOut: undefined,
  statusPort: 9401,
  statusHost: '127.0.0.1',
  statusAuthIps: [],
  pluginSocket: '/run/docker/plugins/dovesnap.sock',
  dockerSocket: '/var/run/docker.sock',
  ovsdb: 'unix:/run/openvswitch/db.sock',
};

/** How a world is. */
export interface WorldOptions {
  /** Default: everything happens at once. */
  readonly lags?: Lags;
  /** The interface that mirrored frames leave through. Default: nothing is mirrored. */
  readonly mirrorOut?: string | undefined;
  /** The version of Docker's engine. Default {@link usualEngine}. */
  readonly engine?: string | undefined;
}

interface RunningDaemon {
  readonly daemon: Daemon;
  /** Fires when it ends. */
  readonly ended: AbortSignal;
  stop(): Promise<void>;
}

/** Opens a world in which the switch, Faucet, Docker and a daemon run. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { lags = noLags, mirrorOut } = options;
  const time = drivenTime();
  const host = hostLinks();
  if (mirrorOut !== undefined) host.add({ name: mirrorOut });
  const ovs = worldSwitch(host, time);
  await time.settle();
  const faucet = worldFaucet(operatorsText, { ovs, host, time, flowsMs: lags.faucet });
  faucet.start();
  const engine = dockerEngine(time, options.engine);
  const ofctl = memoryOfctl(ovs.flows);
  const iptables = memoryIptables();
  const lines: LoggedLine[] = [];
  let running: RunningDaemon | undefined;
  const daemon = (): Daemon => {
    if (running === undefined) throw new Error('no daemon runs');
    return running.daemon;
  };
  const calls: DriverCall[] = [];
  const found = () => running && { driver: running.daemon.driver, ended: running.ended };
  const plugin = pluginConnection(found, time, (call) => void calls.push(call));
  const world: World = {
    ...{ time, host, ovs, faucet, iptables, engine, ofctl, daemon },
    mirrorOut,
    get runsDaemon() {
      return running !== undefined;
    },
    docker: dockerCommands(engine, host, plugin),
    calls,
    log: lines,
    startDaemon: () => {
      running = runDaemon(world, lines, { lags, mirrorOut });
    },
    stopDaemon: async () => {
      const { stop } = running ?? { stop: async () => undefined };
      running = undefined;
      await stop();
    },
    settled: async (command) => {
      const result = await time.run(command);
      await time.settle();
      return result;
    },
    close: async () => {
      await world.stopDaemon();
      await ovs.close();
    },
  };
  world.startDaemon();
  await time.settle();
  return world;
}

function runDaemon(
  { time, host, ovs, faucet, iptables, engine, ofctl }: World,
  lines: LoggedLine[],
  { lags = noLags, mirrorOut }: WorldOptions,
): RunningDaemon {
  const stopping = lifetime();
  const { signal } = stopping;
  const firewall = openFirewall({ ...iptables, backend: 'nft', clock: time });
  const parts = joinEdges({
    ...ovs.connect(signal),
    ...{ config: { ...config, mirrorOut }, signal, ofctl: laggingOfctl(ofctl, lags, time) },
    log: recordingLog(lines),
    clock: time,
    docker: laggingDocker(engine.edge(), lags, time),
    host: laggingLinks(memoryNetns(host), lags, time),
    inside: (pid) => memoryNetns(host, pid),
    machine: userspaceMachine,
    machines: noMachines,
    firewall: () => firewall,
    faucet: faucet.store(),
    trackFlows: (bridge, onKnown) => memoryTracker(ovs.flows, time, bridge, onKnown),
    close: async () => undefined,
  });
  const nothing = (): void => undefined;
  const daemon = wire(parts, {
    reconcile: nothing,
    drift: nothing,
    lostFlows: nothing,
    firewallRepair: nothing,
  });
  const run = daemon.reconciler.run();
  return {
    daemon,
    ended: signal,
    stop: async () => {
      stopping.abort(new Error('dovesnapd stops'));
      await daemon.close();
      await run;
    },
  };
}
