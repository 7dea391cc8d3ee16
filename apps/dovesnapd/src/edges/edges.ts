import type { Wait } from '@dovesnap/ovs';

/** A network as Docker lists it. */
export interface DockerNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly enableIpv6: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly ipam: {
    readonly driver: string;
    readonly config: readonly {
      readonly subnet: string | undefined;
      readonly gateway: string | undefined;
      readonly auxiliary: Readonly<Record<string, string>>;
    }[];
  };
  /** Only from an inspection; empty in a list. */
  readonly endpoints: readonly DockerEndpoint[];
}

/** An endpoint in an inspected network. */
export interface DockerEndpoint {
  readonly id: string;
  /** Undefined while its Join is running: the entry's key is then `ep-ID`. */
  readonly containerId: string | undefined;
  readonly containerName: string;
  readonly mac: string;
  /** Address with prefix length; empty when there is none. */
  readonly ipv4: string;
  readonly ipv6: string;
}

/** A container as Docker lists it. */
export interface DockerContainer {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  readonly state: string;
  /** Image and run-time labels, merged. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What Docker tells by itself. `serving` comes first after each connection: its lists can be trusted from then on. */
export type DockerEvent =
  | { readonly kind: 'serving' }
  | { readonly kind: 'away' }
  | {
      readonly kind: 'network';
      readonly action: 'create' | 'destroy' | 'connect' | 'disconnect';
      readonly networkId: string;
      readonly networkName: string;
      readonly containerId: string | undefined;
    }
  | {
      readonly kind: 'container';
      readonly action: 'start' | 'die' | 'rename' | 'destroy';
      readonly containerId: string;
      readonly containerName: string;
    };

/** Where Docker takes a subnet from when the user gives none: pieces of `size` bits out of `base`. */
export interface AddressPool {
  readonly base: string;
  readonly size: number;
}

/** The parts of Docker's API that answer while dockerd waits for us. Undefined means: there is no such thing. */
export interface Docker {
  /** Whether the event stream is up: only then may a request that dockerd waits for ask the API anything. */
  readonly serving: boolean;
  engineId(wait?: Wait): Promise<string>;
  /** As `28.5.2`; undefined when the engine does not say. */
  engineVersion(wait?: Wait): Promise<string | undefined>;
  /** The pools that the engine was configured with; empty: its own defaults. Asked once. */
  addressPools(wait?: Wait): Promise<readonly AddressPool[]>;
  /** All networks of our driver, without their endpoints. */
  networks(wait?: Wait): Promise<readonly DockerNetwork[]>;
  network(id: string, wait?: Wait): Promise<DockerNetwork | undefined>;
  containerNamed(name: string, wait?: Wait): Promise<DockerContainer | undefined>;
  /** All containers that bear a label of this key, whatever its value, running or not. */
  containersLabelled(key: string, wait?: Wait): Promise<readonly DockerContainer[]>;
  imageLabels(imageId: string, wait?: Wait): Promise<Readonly<Record<string, string>>>;
  /** Process id of a running container; never asked while dockerd waits for us: it would wait for us too. */
  containerPid(id: string, wait?: Wait): Promise<number | undefined>;
  events(wait: { readonly signal: AbortSignal }): AsyncIterable<DockerEvent>;
}

/** The edge to time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The virtual machines of this host. */
export interface VirtualMachines {
  /** Their names by the names of their taps; empty when nobody can say. Never throws. */
  byTap(): Promise<ReadonlyMap<string, string>>;
}

/** What the machine can do. */
export interface Machine {
  readonly hostname: string;
  /** Whether the kernel has an Open vSwitch datapath. */
  hasKernelDatapath(): boolean;
  /** Smallest MTU of the links that carry a default route; undefined when there is none. */
  uplinkMtu(wait?: Wait): Promise<number | undefined>;
}

/** A network or a container, as a person knows it. */
interface Named {
  readonly id: string;
  readonly name: string;
}

/** What of Docker is needed to take all networks of a driver away; the daemon itself never does. */
export interface CleanupDocker {
  networks(): Promise<readonly Named[]>;
  /** The containers that run on a network. */
  containersOn(networkId: string): Promise<readonly Named[]>;
  disconnect(networkId: string, containerId: string): Promise<unknown>;
  kill(containerId: string): Promise<unknown>;
  remove(networkId: string): Promise<unknown>;
}
