import type { YamlValue } from '@dovesnap/faucet-config';
import type { AclTrouble } from './acl-trouble.ts';
import type { BridgeLink, ContainerIdentity, EndpointPhase, NetworkSpec } from './network.ts';
import type { OtherPorts } from './other-ports.ts';

/**
 * Where a warm port stands. `building`: no veth or OVS port yet. `warming`: in OVS, Faucet's flows not seen yet.
 * `ready`: flows seen, closed, free or taken. `dirty`: left by its endpoint, its veth not yet made anew.
 */
export type PortPhase = 'building' | 'warming' | 'ready' | 'dirty';

/** One port of the pool. Changed only by the services that hold its network's turn. */
export interface Port {
  readonly ofPort: number;
  /** Host end of the veth: the OVS port. */
  hostLink: string;
  /** Container end of the veth. */
  peerLink: string;
  phase: PortPhase;
  /** What faucet.yaml says, or will say once the edit under way is written. */
  acls: readonly string[];
  /** Whether its traffic is to be copied to the mirror, where its network has one. */
  mirrored: boolean;
  freedAt: number;
  /** The work under way on the port's link; whoever opens or closes the link waits for it first. */
  closing: Promise<void>;
  /** Whether the policy of its endpoint has yet to be found out: until then nobody but who closes it touches its link. */
  held: boolean;
  /**
   * Whether the switch has lost its flows while Faucet takes them for installed: they come back only when the port leaves
   * Faucet and returns.
   */
  lost: boolean;
  /** Whether the container's end leaves segments and checksums to what is behind it; undefined: nobody remembers. */
  txOffload: boolean | undefined;
  endpoint: AttachedEndpoint | undefined;
}

/** One endpoint on its port. */
export interface AttachedEndpoint {
  readonly id: string;
  readonly createdAt: number;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
  readonly macGiven: boolean;
  mac: string | undefined;
  phase: EndpointPhase;
  reason: string | undefined;
  container: ContainerIdentity | undefined;
  containerLink: string | undefined;
}

/**
 * What faucet.yaml said of the gateway's interface before us: `nothing`, or, of an interface that an operator had
 * declared, the keys that we have set there with the values that they had; null: it had no such key.
 */
export type GatewayBefore = 'nothing' | { readonly [key: string]: YamlValue };

/** One network of ours, as it stands. */
export interface AttachedNetwork {
  readonly spec: NetworkSpec;
  /** The engine whose network this is: its rows carry this id, whatever engine answers later on. */
  readonly engineId: string;
  /** Docker's CreateNetwork request, as JSON. */
  readonly request: string;
  readonly dpid: bigint;
  readonly userspace: boolean;
  /** Userspace bridges: whether the switch cuts segments and computes checksums; undefined until it was looked at. */
  txOffload: boolean | undefined;
  readonly mtu: number;
  readonly controllers: readonly string[];
  /** OpenFlow number of its link to the mirror; undefined: it has none, and nothing is mirrored. */
  readonly mirrorPort: number | undefined;
  readonly createdAt: number;
  name: string | undefined;
  gatewayGiven: boolean | undefined;
  /** undefined: nothing has been written about the gateway yet. */
  gatewayBefore: GatewayBefore | undefined;
  /** Aborted when the network's deletion begins: nothing is built any more. */
  readonly life: AbortController;
  readonly ports: Map<number, Port>;
  /** The ports that no container is behind. */
  readonly others: OtherPorts;
  /** Whether faucet.yaml has had the link to the mirror since this daemon runs. */
  mirrorSeen: boolean;
  /** Its link to the mirror, once it is there. */
  mirrorLink: BridgeLink | undefined;
  /** What is wrong with the ACLs that it is under. */
  aclTroubles: readonly AclTrouble[];
  /** Ports that no container is behind and that are blocked, by name, and why. */
  readonly blocked: Map<string, string>;
  /** Things a person should know, by subject; a subject that is put right is removed. */
  readonly notes: Map<string, string>;
}

/** Whether the bridge's local port belongs to the network: it is its gateway, or the host's place on it. */
export function usesLocalPort({ mode, addedPorts }: NetworkSpec): boolean {
  return mode !== 'flat' || addedPorts.some((port) => port.role === 'bound');
}

/** The network that a bridge is of. */
export function networkOn(
  networks: readonly AttachedNetwork[],
  bridge: string,
): AttachedNetwork | undefined {
  return networks.find(({ spec }) => spec.bridge === bridge);
}

/** Ports with an endpoint. */
export function takenPorts(network: AttachedNetwork): Port[] {
  return [...network.ports.values()].filter((port) => port.endpoint !== undefined);
}

/** The port of an endpoint. */
export function portOfEndpoint(network: AttachedNetwork, endpointId: string): Port | undefined {
  return [...network.ports.values()].find((port) => port.endpoint?.id === endpointId);
}

/** Ports that can be given out at once. One that was mirrored is nobody else's. */
export function freePorts(network: AttachedNetwork): Port[] {
  return [...network.ports.values()].filter(
    (port) => port.endpoint === undefined && port.phase === 'ready' && !port.mirrored,
  );
}
