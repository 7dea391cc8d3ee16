/** One port of a bridge in the picture. What is left out is not drawn. */
export interface TopologyPort {
  /** Container name, or interface name for a physical or foreign port. */
  readonly name: string;
  /** Default `container`. */
  readonly kind?: 'container' | 'physical' | 'external' | 'coprocessor' | undefined;
  readonly mac?: string | undefined;
  /** Address without prefix length. */
  readonly ip?: string | undefined;
  readonly ofPort?: number | undefined;
  readonly vlan?: number | undefined;
  readonly acl?: string | undefined;
  readonly mirrored?: boolean | undefined;
  /** `open`, `up` and `attached` are normal; any other, e.g. `pending`, is drawn so that it stands out. */
  readonly state?: string | undefined;
}

/** The way out of a bridge through the host. */
export interface TopologyGateway {
  /** e.g. `10.9.0.1/24`. */
  readonly address: string;
  readonly mode: 'nat' | 'routed';
  readonly mac?: string | undefined;
  readonly acl?: string | undefined;
}

/** A bridge, which is a network. */
export interface TopologyBridge {
  readonly name: string;
  /** Docker network name, when it has one. */
  readonly network?: string | undefined;
  readonly mode?: 'flat' | 'nat' | 'routed' | undefined;
  /** `0x` hex or decimal, as text: it may exceed 2^53. */
  readonly dpid?: string | undefined;
  readonly vlan?: number | undefined;
  /** Name of the ACL on what leaves the VLAN. */
  readonly outAcl?: string | undefined;
  readonly mtu?: number | undefined;
  /** Whether the switch runs in userspace. */
  readonly userspace?: boolean | undefined;
  /** Whether its containers may talk to each other; default true. */
  readonly icc?: boolean | undefined;
  /** MAC that the bridge's own port was given. */
  readonly mac?: string | undefined;
  /** OpenFlow controllers, as Open vSwitch writes them, e.g. `tcp:127.0.0.1:6653`. */
  readonly controllers?: readonly string[] | undefined;
  /** How many ports are kept ready for containers at least. */
  readonly readyPorts?: number | undefined;
  readonly gateway?: TopologyGateway | undefined;
  readonly ports: readonly TopologyPort[];
}

/** A link between two bridges, by their names; one that is not among the topology's bridges is drawn as far away. */
export interface TopologyLink {
  readonly from: { readonly bridge: string; readonly ofPort?: number | undefined };
  readonly to: { readonly bridge: string; readonly ofPort?: number | undefined };
  readonly kind?: 'patch' | 'stack' | 'mirror' | undefined;
}

/** What is drawn. */
export interface Topology {
  /** Shown above the picture, e.g. the host's name. */
  readonly title?: string | undefined;
  readonly bridges: readonly TopologyBridge[];
  readonly links?: readonly TopologyLink[] | undefined;
}
