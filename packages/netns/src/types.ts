import type { Run, Spawn } from '@dovesnap/command';

/** Limits how long a call may wait. `deadline` is in milliseconds from the call. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}

/** A network namespace: of a process, at a path, or (undefined) the namespace of this process. */
export type NamespaceTarget = { readonly pid: number } | { readonly path: string };

/** One change, as a value. Created by `addVeth`, `setLink` and similar functions; applied by `apply`. */
export type Change =
  | {
      readonly kind: 'add-veth';
      readonly name: string;
      readonly peer: string;
      readonly mtu?: number | undefined;
      readonly mac?: string | undefined;
      readonly peerMac?: string | undefined;
      readonly txQueueLength?: number | undefined;
    }
  | { readonly kind: 'remove-link'; readonly name: string }
  | { readonly kind: 'set-link'; readonly name: string; readonly settings: LinkSettings }
  | ({
      readonly kind: 'add-address';
      readonly link: string;
      readonly address: string;
    } & AddressSettings)
  | {
      readonly kind: 'remove-address';
      readonly link: string;
      readonly address: string;
      readonly peer?: string | undefined;
    }
  | {
      readonly kind: 'add-route';
      readonly route: RouteSpec;
      /**
       * Adds the route next to existing routes with the same destination and metric, which otherwise cause `EXISTS`.
       */
      readonly append?: boolean | undefined;
    }
  | { readonly kind: 'remove-route'; readonly route: RouteSpec }
  | { readonly kind: 'set-offload'; readonly link: string; readonly tx: boolean }
  | {
      readonly kind: 'set-merging';
      readonly link: string;
      readonly features: readonly MergingFeature[];
    }
  | { readonly kind: 'seal-link'; readonly link: string }
  | { readonly kind: 'unseal-link'; readonly link: string };

/**
 * Settings of an address. For a new address, omitted settings have the kernel's defaults; for an existing address, they
 * stay unchanged. Lifetimes are the exception: they are always set as given.
 */
export interface AddressSettings {
  /** Skips duplicate address detection. An IPv6 address is then usable at once instead of after a second. */
  readonly nodad?: boolean | undefined;
  /** Address of the other end of a point-to-point link. The prefix length then belongs to this address. */
  readonly peer?: string | undefined;
  readonly broadcast?: string | undefined;
  /** IPv4 only. Must begin with the link's name. */
  readonly label?: string | undefined;
  /** IPv4 only. */
  readonly scope?: 'global' | 'link' | 'host' | undefined;
  /** Metric of the route that the kernel adds for the address's prefix. */
  readonly metric?: number | undefined;
  /** Stops the kernel from adding a route for the address's prefix. */
  readonly noPrefixRoute?: boolean | undefined;
  /** Seconds until the address expires. Default never. */
  readonly validLifetime?: number | undefined;
  /** Seconds until the address is no longer used for new connections. Default never. */
  readonly preferredLifetime?: number | undefined;
}

/** Features that merge received frames before they are read, named as in ethtool. */
export type MergingFeature = 'gro' | 'lro' | 'rx-gro-hw';

/** Settings of a link. Omitted settings are left unchanged. */
export interface LinkSettings {
  readonly up?: boolean | undefined;
  /** Unicast MAC address, `02:42:0a:09:00:02`. */
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  readonly txQueueLength?: number | undefined;
  /** New name. */
  readonly name?: string | undefined;
  /** `none`: the kernel assigns no link-local IPv6 address, so the link sends nothing by itself when it comes up. */
  readonly addressGeneration?: 'none' | 'eui64' | undefined;
  /** Namespace to move the link to. */
  readonly netns?: NamespaceTarget | { readonly target: NamespaceTarget | undefined } | undefined;
  readonly alias?: string | undefined;
}

/** One route. */
export interface RouteSpec {
  /** `default` or `10.9.0.0/24`. */
  readonly destination: string;
  readonly via?: string | undefined;
  readonly link?: string | undefined;
  /** Routing table number. Default main. */
  readonly table?: number | undefined;
  readonly source?: string | undefined;
  readonly metric?: number | undefined;
  /** Needed only for a `default` route without `via` and `source`. Default: IPv4. */
  readonly family?: 'ipv4' | 'ipv6' | undefined;
  /** Origin of the route: `kernel`, `boot` (added manually, the default), `static`, `ra`, `dhcp`, or a number. */
  readonly protocol?: string | undefined;
  /** IPv4 only: `global`, `link`, `host` or a number. */
  readonly scope?: string | undefined;
  /** Treats the next hop as directly reachable on the link, whatever the addresses are. */
  readonly onlink?: boolean | undefined;
  readonly mtu?: number | undefined;
  /** IPv6 only: seconds until the route expires. Default never. */
  readonly expires?: number | undefined;
}

/** One address of a link. */
export interface LinkAddress extends Omit<AddressSettings, 'nodad' | 'scope'> {
  readonly family: 'ipv4' | 'ipv6';
  /** Canonical text, without the prefix length. */
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: string;
  /** IPv4: an older address has the same prefix. Linux removes this address together with that one. */
  readonly secondary?: boolean | undefined;
}

/** One link, from `ip -json -details address show`. */
export interface Link {
  readonly name: string;
  readonly ifindex: number;
  /** Index of the other end of a veth pair (in `peerNamespaceId` if it is in another namespace). */
  readonly peerIfindex: number | undefined;
  /** `link_netnsid`. Set when the other end is in another namespace. */
  readonly peerNamespaceId: number | undefined;
  /** Name of the bridge, bond or kernel switch that the link belongs to. */
  readonly master?: string | undefined;
  /** Kind from linkinfo: `veth`, `tun`, `bridge`, `openvswitch`, and so on. Undefined for physical links. */
  readonly kind: string | undefined;
  /**
   * For a tun or tap device: whether its program accepts frames with a virtio header. Such frames may be oversized
   * segments that still have to be split, and their checksums may not be computed yet.
   */
  readonly vnetHeader?: boolean | undefined;
  readonly mac: string | undefined;
  readonly mtu: number;
  /** Number of packets that may be queued for sending. */
  readonly txQueueLength?: number | undefined;
  /** IFF_UP: set up by an administrator, regardless of the carrier. */
  readonly up: boolean;
  /** Whether the link has a carrier. */
  readonly running: boolean;
  readonly alias: string | undefined;
  readonly addresses: readonly LinkAddress[];
}

/**
 * One route, from `ip -json -Numeric route show table all`. A route with several next hops is split into one route for
 * each.
 */
export interface Route extends RouteSpec {
  readonly family: 'ipv4' | 'ipv6';
  /** `unicast`, `local`, `broadcast`, `blackhole`, and so on. */
  readonly type: string;
  readonly protocol: string | undefined;
  readonly scope: string | undefined;
  /** Whether the route is one of several next hops. */
  readonly multipath?: boolean | undefined;
}

/** Notice of a link that was added, changed or removed. */
export interface LinkNews {
  /** Name of the link at the time of the change. */
  readonly link: string;
  readonly ifindex: number;
  /** Namespace of the link, as numbered in `link_netnsid`. Undefined for the watched namespace. */
  readonly namespaceId: number | undefined;
  /** How the link was after the change. Undefined when it was removed from the namespace. */
  readonly seen?: LinkSeen | undefined;
}

/** What news of a link says about it. */
export interface LinkSeen {
  readonly up: boolean;
  /** Undefined for a link that is not Ethernet. */
  readonly mac: string | undefined;
  /** Name of the bridge, bond or switch that the link belongs to. */
  readonly master: string | undefined;
  /** Index of the other end, if that is in another namespace. */
  readonly peerIfindex: number | undefined;
}

/** A handle on one network namespace. */
export interface Netns {
  readonly target: NamespaceTarget | undefined;
  /**
   * Applies changes in order with as few programs as possible. Neighbouring changes of one kind share a program:
   * `ip -batch` for links, addresses and routes; sysctl and nft for seals. Each offload change needs its own ethtool.
   *
   * A change that is already in effect succeeds: removing something absent, or adding something that exists. If
   * something exists in another form, it is changed where the kernel allows it (MTU, MAC and queue of a veth pair;
   * lifetimes and metric of an address); otherwise the error is `EXISTS`. If a change fails, the changes before it have
   * been applied. The changes after it have not, unless all changes are removals. The error contains the failed change.
   *
   * @throws NetnsError
   */
  apply(changes: readonly Change[], wait?: Wait): Promise<void>;
  /**
   * Returns all links with their addresses.
   * @throws NetnsError
   */
  links(wait?: Wait): Promise<readonly Link[]>;
  /**
   * Returns one link. Undefined when no link has this name.
   * @throws NetnsError
   */
  link(name: string, wait?: Wait): Promise<Link | undefined>;
  /**
   * Returns all routes of both families.
   * @throws NetnsError
   */
  routes(wait?: Wait): Promise<readonly Route[]>;
  /**
   * Returns the features with which a link currently merges received frames.
   * @throws NetnsError
   */
  merging(name: string, wait?: Wait): Promise<readonly MergingFeature[]>;
  /**
   * Returns the names of all links that have a seal chain dropping their ingress, including links that no longer exist.
   * @throws NetnsError
   */
  seals(wait?: Wait): Promise<readonly string[]>;
  /**
   * Returns whether a chain of {@link sealTable} belongs to a link that was sealed through this handle and not unsealed
   * since: when it is gone, another program has removed it.
   */
  keepsSeal(chain: string): boolean;
  /**
   * Restores the chains of seals that were made through this handle and then removed by another program
   * (`nft flush ruleset`), if the link still exists. `also` adds links that were sealed through another handle, e.g. by
   * a previous process; they belong to this handle from now on. Returns the restored links.
   * @throws NetnsError
   */
  mendSeals(options?: Wait & { readonly also?: readonly string[] }): Promise<readonly string[]>;
  /**
   * Yields links that were added, changed or removed (from `ip monitor`), until the signal fires. Each is a hint to
   * read again. `everywhere` includes links in the namespaces that links of this namespace lead to.
   * @throws NetnsError
   */
  changes(wait: {
    readonly signal: AbortSignal;
    readonly everywhere?: boolean;
  }): AsyncIterable<LinkNews>;
}

/** A handle that keeps one `ip` running for changes. See {@link openNetns}. */
export interface OpenNetns extends Netns {
  /**
   * Ends the program once it has made the changes so far. Changes after that start a program each. Safe to call twice.
   */
  close(): Promise<void>;
}

/** Writes a kernel setting, `net/ipv4/conf/eth0/rp_filter`. Fails like a write to the file below /proc/sys. */
export type WriteSetting = (setting: string, value: string) => Promise<void>;

/** External dependencies of a namespace handle. */
export interface NetnsOptions {
  readonly run?: Run | undefined;
  readonly spawn?: Spawn | undefined;
  /** Returns milliseconds of a monotonic clock, for deadlines that span several programs and for the age of one. */
  readonly now?: (() => number) | undefined;
  /** Used for the namespace of this process; other namespaces use `sysctl`. Default: writes below /proc/sys. */
  readonly writeSetting?: WriteSetting | undefined;
}
