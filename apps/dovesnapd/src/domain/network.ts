import type { AclTrouble } from './acl-trouble.ts';
import type { AddedPort } from './added-ports.ts';

/** What the network is to its containers. */
export type NetworkMode = 'flat' | 'nat' | 'routed';

/** ACL names for all networks, or per network. `undefined` where nothing was given. */
export interface AclChoice {
  readonly everywhere: readonly string[] | undefined;
  readonly byNetwork: ReadonlyMap<string, readonly string[]>;
}

/** One address pool of a network as Docker's IPAM gave it. */
export interface Subnet {
  readonly family: 'ipv4' | 'ipv6';
  /** Canonical CIDR, `10.9.0.0/24`. */
  readonly pool: string;
  /** Address with prefix length, `10.9.0.1/24`; undefined when there is none. */
  readonly gateway: string | undefined;
  /** The LAN's router as `--aux-address DefaultGatewayIPv4=` names it on a flat network, without prefix length. */
  readonly router?: string | undefined;
}

/** A network as it was asked for: a pure function of Docker's CreateNetwork request and the daemon's flags. */
export interface NetworkSpec {
  readonly id: string;
  readonly mode: NetworkMode;
  readonly internal: boolean;
  readonly subnets: readonly Subnet[];
  /** As given; undefined when it is derived. */
  readonly dpid: { readonly value: bigint; readonly text: string } | undefined;
  /** OVSDB targets, `tcp:127.0.0.1:6653`; undefined: the daemon's. */
  readonly controllers: readonly string[] | undefined;
  readonly bridge: string;
  readonly vlan: number;
  readonly mtu: number | undefined;
  /** undefined: what the machine has. */
  readonly userspace: boolean | undefined;
  /** undefined: the daemon decides. */
  readonly preallocatePorts: number | undefined;
  readonly defaultAcl: AclChoice;
  /** On the output of its VLAN, for every network on it. */
  readonly vlanOutAcl: AclChoice;
  /** Of the gateway's port; nothing on a flat network. */
  readonly natAcl: AclChoice;
  /** MAC of the bridge's own port, canonical; undefined: Open vSwitch chooses. */
  readonly localMac: string | undefined;
  /** Its containers do not reach each other, only the gateway and the ports that no container is behind. */
  readonly isolated: boolean;
  /** OpenFlow number of its link to the mirror. */
  readonly lbPort: number;
  /** Host interfaces that it takes. */
  readonly addedPorts: readonly AddedPort[];
}

/** Where an endpoint stands. */
export type EndpointPhase =
  /** CreateEndpoint answered, Join not yet. */
  | 'created'
  /** Traffic flows under its policy. */
  | 'open'
  /** Closed until something that is away comes back. */
  | 'pending'
  /** Closed because its policy is wrong. */
  | 'refused'
  /** Closed because its container has left. */
  | 'left';

/** The container behind an endpoint, once known. */
export interface ContainerIdentity {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One container's attachment to one network. */
export interface Endpoint {
  readonly id: string;
  readonly networkId: string;
  readonly phase: EndpointPhase;
  /** Why it is pending or refused. */
  readonly reason: string | undefined;
  readonly container: ContainerIdentity | undefined;
  /** Address with prefix length. */
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
  /** undefined until Join when the driver leaves the interface's own. */
  readonly mac: string | undefined;
  readonly macGiven: boolean;
  readonly ofPort: number;
  /** Host end of the veth, the OVS port. */
  readonly hostLink: string;
  /** Name inside the container, once known. */
  readonly containerLink: string | undefined;
  readonly acls: readonly string[];
  /** Whether its traffic is copied to the mirror. */
  readonly mirrored: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A port that no container is behind: a host interface, a tap, a tunnel. */
export interface ExternalPort {
  readonly name: string;
  readonly ofPort: number;
  readonly mac: string;
  readonly kind: 'physical' | 'coprocessor' | 'external';
  /** The virtual machine behind it, where libvirt says so. */
  readonly machine: string | undefined;
  readonly vlan: number;
  readonly acls: readonly string[];
  readonly mirrored: boolean;
  /** Why it is kept out of the network; undefined: it is in. */
  readonly closed: string | undefined;
}

/** A patch port and the one at its other end. */
export interface BridgeLink {
  readonly name: string;
  readonly ofPort: number;
  readonly peer: {
    readonly port: string;
    readonly bridge: string;
    readonly ofPort: number | undefined;
  };
  /** Why it is kept out of the network; undefined: it is in. */
  readonly closed: string | undefined;
}

/** A network and what is on it now: what the status server shows. */
export interface NetworkView {
  readonly spec: NetworkSpec;
  /** Docker's name; undefined until it is known. */
  readonly name: string | undefined;
  readonly dpid: bigint;
  readonly userspace: boolean;
  readonly mtu: number;
  readonly controllers: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly freePorts: number;
  /** Those of them that a container without a label gets without Faucet being told. */
  readonly freePlainPorts: number;
  readonly totalPorts: number;
  /** Ports on the bridge that no container is behind. */
  readonly externalPorts: readonly ExternalPort[];
  /** Patch ports to other bridges. */
  readonly bridgeLinks: readonly BridgeLink[];
  /** What is wrong with the ACLs that are in use on it. */
  readonly aclTroubles: readonly AclTrouble[];
  /** Things a person should know: warnings, why something is closed. */
  readonly notes: readonly string[];
}
