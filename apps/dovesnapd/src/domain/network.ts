import type { AclTrouble } from './acl-trouble.ts';
import type { NetworkSpec } from './network-spec.ts';
import type { AddedPort } from './parse-added-ports.ts';
import type { Treatments } from './treatments.ts';

/** What the network is to its containers. */
export type NetworkMode = 'flat' | 'nat' | 'routed';

/** ACL names for all networks, or per network. `undefined` if none were given. */
export interface AclChoice {
  readonly everywhere: readonly string[] | undefined;
  readonly byNetwork: ReadonlyMap<string, readonly string[]>;
}

/** An address pool of a network, as given by Docker's IPAM. */
export interface Subnet {
  readonly family: 'ipv4' | 'ipv6';
  /** CIDR in canonical form, `10.9.0.0/24`. */
  readonly pool: string;
  /** Address with prefix length, `10.9.0.1/24`. Undefined if there is none. */
  readonly gateway: string | undefined;
  /** The LAN's router, given by `--aux-address DefaultGatewayIPv4=` on a flat network, without prefix length. */
  readonly router?: string | undefined;
}

/** A network as requested. It is a pure function of Docker's CreateNetwork request and the daemon's flags. */
export interface RequestedSpec {
  readonly id: string;
  readonly mode: NetworkMode;
  readonly internal: boolean;
  readonly subnets: readonly Subnet[];
  /** As given. Undefined if it is derived. */
  readonly dpid: { readonly value: bigint; readonly text: string } | undefined;
  /** OVSDB targets, `tcp:127.0.0.1:6653`. Undefined for the daemon's. */
  readonly controllers: readonly string[] | undefined;
  readonly bridge: string;
  readonly vlan: number;
  /** Whether the VLAN was given by number. */
  readonly isVlanGiven: boolean;
  readonly mtu: number | undefined;
  /** Undefined for the datapath that the machine has. */
  readonly userspace: boolean | undefined;
  /** Undefined if the daemon decides. */
  readonly preallocatePorts: number | undefined;
  readonly defaultAcl: AclChoice;
  /** ACL on the output of its VLAN, for every network on it. */
  readonly vlanOutAcl: AclChoice;
  /** ACL of the gateway's port. Not used on a flat network. */
  readonly natAcl: AclChoice;
  /** MAC of the bridge's local port, in canonical form. Undefined if Open vSwitch chooses it. */
  readonly localMac: string | undefined;
  /** Whether its containers cannot reach each other, only the gateway and the ports without a container. */
  readonly isolated: boolean;
  /** OpenFlow number of its link to the mirror. */
  readonly lbPort: number;
  /** Host interfaces that are added to it. */
  readonly addedPorts: readonly AddedPort[];
  /** Host interface whose addresses move to the bridge's local port. */
  readonly boundInterface: string | undefined;
}

/** The phase of an endpoint. */
export type EndpointPhase =
  /** CreateEndpoint has answered, Join has not. */
  | 'created'
  /** Traffic flows under its policy. */
  | 'open'
  /** Open, but its link carries no traffic: someone has deleted it, moved it or set it down. Shown, never recorded. */
  | 'down'
  /** Closed until something unavailable returns. */
  | 'pending'
  /** Closed because its policy is invalid. */
  | 'refused'
  /** Closed because its container has left. */
  | 'left';

/** The container of an endpoint, once known. */
export interface ContainerIdentity {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The attachment of one container to one network. */
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
  /** Undefined until Join if the driver keeps the interface's own MAC. */
  readonly mac: string | undefined;
  readonly macGiven: boolean;
  readonly ofPort: number;
  /** Host end of the veth, which is the OVS port. */
  readonly hostLink: string;
  /** The interface name that is requested inside the container. The engine decides whether it is used. */
  readonly wantedLink?: string | undefined;
  /** Name inside the container, once known. */
  readonly containerLink: string | undefined;
  readonly acls: readonly string[];
  /** What else is done to its traffic. */
  readonly treatments: Treatments;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A port without a container: a host interface, a tap, a tunnel. */
export interface ExternalPort {
  readonly name: string;
  readonly ofPort: number;
  readonly mac: string;
  readonly kind: 'physical' | 'coprocessor' | 'external';
  /** The virtual machine of the port, if libvirt reports one. */
  readonly machine: string | undefined;
  readonly vlan: number;
  readonly acls: readonly string[];
  readonly treatments: Treatments;
  /** Why it is kept off the network. Undefined if it is on it. */
  readonly closed: string | undefined;
}

/** A patch port and its peer. */
export interface BridgeLink {
  readonly name: string;
  /** Whether copies of frames leave through it. */
  readonly kind: 'mirror' | 'patch';
  readonly ofPort: number;
  readonly peer: {
    readonly port: string;
    readonly bridge: string;
    readonly ofPort: number | undefined;
  };
  /** Why it is kept off the network. Undefined if it is on it. */
  readonly closed: string | undefined;
}

/** The current state of a network, as the status server shows it. */
export interface NetworkView {
  readonly spec: NetworkSpec;
  /** Docker's name. Undefined until it is known. */
  readonly name: string | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly freePorts: number;
  /** Number of the free ports that a container without a label gets without a change in Faucet. */
  readonly freePlainPorts: number;
  readonly totalPorts: number;
  /** Ports on the bridge without a container. */
  readonly externalPorts: readonly ExternalPort[];
  /** Patch ports to other bridges. */
  readonly bridgeLinks: readonly BridgeLink[];
  /** What is wrong with the ACLs in use on it. */
  readonly aclTroubles: readonly AclTrouble[];
  /** Notes for people: warnings, and reasons why something is closed. */
  readonly notes: readonly string[];
}
