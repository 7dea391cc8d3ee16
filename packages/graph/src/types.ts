/** A port of a bridge. Omitted fields are not drawn. */
export interface TopologyPort {
  /** Container name, or interface name for a physical or external port. */
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
  /** `open`, `up` and `attached` are normal. Any other state, e.g. `pending`, is highlighted. */
  readonly state?: string | undefined;
}

/** The gateway of a bridge: its way out through the host. */
export interface TopologyGateway {
  /** e.g. `10.9.0.1/24`. */
  readonly address: string;
  readonly mode: 'nat' | 'routed';
  readonly mac?: string | undefined;
  readonly acl?: string | undefined;
}

/** A bridge. Each bridge is one network. */
export interface TopologyBridge {
  readonly name: string;
  /** Docker network name, if there is one. */
  readonly network?: string | undefined;
  readonly mode?: 'flat' | 'nat' | 'routed' | undefined;
  /** `0x` hex or decimal, as text because it may exceed 2^53. */
  readonly dpid?: string | undefined;
  readonly vlan?: number | undefined;
  /** Name of the ACL on traffic that leaves the VLAN. */
  readonly outAcl?: string | undefined;
  readonly mtu?: number | undefined;
  /** Whether the bridge uses the userspace datapath. */
  readonly userspace?: boolean | undefined;
  /** Whether its containers may talk to each other. Default true. */
  readonly icc?: boolean | undefined;
  /** MAC address that was set on the bridge's local port. */
  readonly mac?: string | undefined;
  /** OpenFlow controllers, as Open vSwitch writes them, e.g. `tcp:127.0.0.1:6653`. */
  readonly controllers?: readonly string[] | undefined;
  /** Minimum number of ports that are kept ready for containers. */
  readonly readyPorts?: number | undefined;
  readonly gateway?: TopologyGateway | undefined;
  readonly ports: readonly TopologyPort[];
}

/** A link between two bridges, by name. A bridge that is not in the topology is drawn as a bridge of another host. */
export interface TopologyLink {
  readonly from: { readonly bridge: string; readonly ofPort?: number | undefined };
  readonly to: { readonly bridge: string; readonly ofPort?: number | undefined };
  readonly kind?: 'patch' | 'stack' | 'mirror' | undefined;
}

/** A topology: what is drawn. */
export interface Topology {
  /** Shown above the picture, e.g. the host's name. */
  readonly title?: string | undefined;
  readonly bridges: readonly TopologyBridge[];
  readonly links?: readonly TopologyLink[] | undefined;
}
