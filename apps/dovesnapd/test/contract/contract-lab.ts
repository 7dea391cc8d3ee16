import type { Edit } from '@dovesnap/faucet-config';
import { type Flow, inPortOf, type SwitchState } from '@dovesnap/ovs';
import { expect } from 'vitest';
import type { NetworkStatus } from '../e2e/network-status.ts';
import type { DockerCommands } from '../world/docker-commands.ts';

/**
 * Docker, a daemon, Faucet and Open vSwitch, as far as the contract's cases use them: the world, or the real ones. The daemon
 * was started on an operator's file with the ACLs `no-mail` and `deny-all`.
 */
export interface ContractLab {
  readonly docker: LabDocker;
  readonly daemon: LabDaemon;
  readonly faucet: LabFaucet;
  readonly ovs: LabSwitch;
  /** A link of the host; undefined: there is none. */
  link(name: string): Promise<LabLink | undefined>;
  setLink(name: string, state: 'up' | 'down'): Promise<void>;
  /** Resolves when a probe answers true, at the latest after some seconds. */
  until(probe: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

/** The commands that the world's Docker has under the same names. */
type CommonCommands = Pick<
  DockerCommands,
  'removeNetwork' | 'run' | 'restart' | 'connect' | 'disconnect' | 'remove'
>;

/** Docker's commands, and what it does for them. A command that fails throws what Docker has said. */
export interface LabDocker extends CommonCommands {
  /** The first number of the engine's version. */
  readonly major: number;
  /** Makes a flat network; with `hasRouter`, one that names a router, which containers get as their gateway. */
  createNetwork(name: string, options?: { readonly hasRouter?: boolean }): Promise<void>;
  /** The calls of the driver that reach a daemon during an act, which leaves one running. */
  callsOf(act: () => Promise<unknown>): Promise<readonly LabCall[]>;
  /** A function that tells the events of networks and containers since now that the daemon reads. */
  watchEvents(): Promise<() => Promise<readonly string[]>>;
}

/** A call of the driver. */
export interface LabCall {
  readonly call: string;
  /** Undefined for a call that is about no endpoint. */
  readonly endpoint: string | undefined;
}

/** dovesnapd. */
export interface LabDaemon {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** A network as `/networks` shows it. */
  network(name: string): Promise<NetworkStatus | undefined>;
}

/** Faucet and its file. */
export interface LabFaucet {
  /** Changes the file and has Faucet load it. Resolves at once. */
  edit(edits: readonly Edit[]): Promise<void>;
  /** Whether Faucet's page names the text of the file as loaded. */
  hasLoaded(): Promise<boolean>;
  /** Why Faucet has refused what it read last; empty: it has not. */
  refusal(): Promise<string>;
  /** How often it has restarted the datapaths of networks. */
  restarts(): Promise<{ readonly warm: number; readonly cold: number }>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Open vSwitch. */
export interface LabSwitch {
  state(): Promise<SwitchState>;
  flows(bridge: string): Promise<readonly Flow[]>;
  deleteFlows(bridge: string, ofPort: number): Promise<void>;
  addPort(bridge: string, name: string): Promise<void>;
  removePort(bridge: string, name: string): Promise<void>;
  /** Ends ovs-vswitchd; the database stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A link as the host has it. */
export interface LabLink {
  readonly ifindex: number;
  readonly up: boolean;
  /** Whether it has a carrier. */
  readonly running: boolean;
}

/** A port of a network: of a container, or a free one. */
export interface LabPort {
  readonly bridge: string;
  readonly ofPort: number;
  readonly link: string;
}

/** A flow as our proofs read it: the terms of its match sorted, without the port. */
export interface SeenFlow {
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  readonly match: string;
  readonly actions: string;
}

/** The flows that decide about the frames of a port: of its ACLs, then of its VLAN. */
export async function flowsOf(lab: ContractLab, port: LabPort): Promise<readonly SeenFlow[]> {
  return (await lab.ovs.flows(port.bridge))
    .filter(({ table, match }) => table < 2 && inPortOf(match) === port.ofPort)
    .map(({ match, ...flow }) => {
      const terms = match.split(',').filter((term) => !term.startsWith('in_port='));
      return { ...flow, match: terms.toSorted().join() };
    })
    .toSorted((a, b) => a.table - b.table || b.priority - a.priority);
}

/** The port of a container on a network. @throws Error when the daemon shows none. */
export async function portOf(
  lab: ContractLab,
  container: string,
  network: string,
): Promise<LabPort> {
  const shown = await lab.daemon.network(network);
  const containers = Object.values(shown?.DynamicNetworkStates.Containers ?? {});
  const id = containers.find(({ Name }) => Name === `/${container}`)?.Id;
  const endpoint = Object.values(shown?.Endpoints ?? {}).find(
    ({ ContainerId }) => ContainerId === id,
  );
  if (shown === undefined || id === undefined || endpoint === undefined) {
    throw new Error(`the daemon does not show ${container} on ${network}`);
  }
  return { bridge: shown.BridgeName, ofPort: endpoint.OFPort, link: endpoint.HostIfName };
}

/** The free port of a network with the highest number, which the next containers do not get. */
export async function freePortOf(lab: ContractLab, network: string): Promise<LabPort> {
  const shown = await lab.daemon.network(network);
  const taken = Object.values(shown?.Endpoints ?? {}).map(({ HostIfName }) => HostIfName);
  const bridge = (await lab.ovs.state()).bridges.find(({ name }) => name === shown?.BridgeName);
  const free = (bridge?.ports ?? [])
    .flatMap(({ interfaces }) => interfaces)
    .filter(({ name, ofPortRequest }) => ofPortRequest !== undefined && !taken.includes(name))
    .toSorted((a, b) => (a.ofPort ?? 0) - (b.ofPort ?? 0))
    .at(-1);
  if (bridge === undefined || free?.ofPort === undefined) throw new Error('no port is free');
  return { bridge: bridge.name, ofPort: free.ofPort, link: free.name };
}

/** Expects that what is read becomes this, and says how it is otherwise. */
export async function expectSoon<T>(
  lab: ContractLab,
  read: () => Promise<T>,
  expected: unknown,
): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    try {
      expect(await read()).toEqual(expected);
      return true;
    } catch {
      return false;
    }
  };
  await lab.until(isSo).catch(() => undefined);
  expect(await read()).toEqual(expected);
}

/** Changes faucet.yaml, and resolves when Faucet has loaded it. */
export async function load(lab: ContractLab, ...edits: readonly Edit[]): Promise<void> {
  await lab.faucet.edit(edits);
  await expectSoon(lab, lab.faucet.hasLoaded, true);
}
