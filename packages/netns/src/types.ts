import type { Run, Spawn } from '@dovesnap/command';

/** How long a call may wait. `deadline` is in milliseconds from the call. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}

/** Which network namespace: of a process, behind a path, or (undefined) the one we run in. */
export type NamespaceTarget = { readonly pid: number } | { readonly path: string };

/** One change, as a value. Made by `addVeth`, `setLink`, ...; run by `apply`. */
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
      /** Beside others to the same destination with the same metric, which else are in the way. */
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

/** What an address may have besides itself; what is left out is as the kernel has it by default. */
export interface AddressSettings {
  /** Skip duplicate address detection: an IPv6 address is then usable at once instead of after a second. */
  readonly nodad?: boolean | undefined;
  /** Address at the other end of a point-to-point link; the prefix length is then of that one. */
  readonly peer?: string | undefined;
  readonly broadcast?: string | undefined;
  /** IPv4 only; begins with the link's name. */
  readonly label?: string | undefined;
  /** IPv4 only. */
  readonly scope?: 'global' | 'link' | 'host' | undefined;
  /** Of the route that the kernel makes for the address's prefix. */
  readonly metric?: number | undefined;
  /** The kernel makes no route for the address's prefix. */
  readonly noPrefixRoute?: boolean | undefined;
  /** Seconds from now until the address goes by itself; default never. */
  readonly validLifetime?: number | undefined;
  /** Seconds from now until it is no longer used for new connections; default never. */
  readonly preferredLifetime?: number | undefined;
}

/** How a link may put several received frames together before anybody reads them, in ethtool's words. */
export type MergingFeature = 'gro' | 'lro' | 'rx-gro-hw';

/** What can be set on a link; what is left out is not touched. */
export interface LinkSettings {
  readonly up?: boolean | undefined;
  /** Unicast MAC, `02:42:0a:09:00:02`. */
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  /** New name. */
  readonly name?: string | undefined;
  /** `none`: the kernel makes no link-local IPv6 address, so the link says nothing by itself when it goes up. */
  readonly addressGeneration?: 'none' | 'eui64' | undefined;
  /** Move it into this namespace. */
  readonly netns?: NamespaceTarget | { readonly target: NamespaceTarget | undefined } | undefined;
  readonly alias?: string | undefined;
}

/** One route. */
export interface RouteSpec {
  /** `default` or `10.9.0.0/24`. */
  readonly destination: string;
  readonly via?: string | undefined;
  readonly link?: string | undefined;
  /** Routing table number; default main. */
  readonly table?: number | undefined;
  readonly source?: string | undefined;
  readonly metric?: number | undefined;
  /** Needed only for a `default` route without `via` and `source`; default then IPv4. */
  readonly family?: 'ipv4' | 'ipv6' | undefined;
  /** Who made it: `kernel`, `boot` (by hand, the default), `static`, `ra`, `dhcp`, or a number. */
  readonly protocol?: string | undefined;
  /** IPv4 only: `global`, `link`, `host` or a number. */
  readonly scope?: string | undefined;
  /** The next hop is on the link, whatever the addresses say. */
  readonly onlink?: boolean | undefined;
  readonly mtu?: number | undefined;
  /** IPv6 only: seconds from now until the route goes by itself; default never. */
  readonly expires?: number | undefined;
}

/** One address of a link. */
export interface LinkAddress extends Omit<AddressSettings, 'nodad' | 'scope'> {
  readonly family: 'ipv4' | 'ipv6';
  /** Canonical text, without the prefix length. */
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: string;
  /** IPv4: another address of the same prefix came before; Linux removes it together with that one. */
  readonly secondary?: boolean | undefined;
}

/** One link, from `ip -json -details address show`. */
export interface Link {
  readonly name: string;
  readonly ifindex: number;
  /** Index of the other end of a veth (in `peerNamespaceId` when that is not ours). */
  readonly peerIfindex: number | undefined;
  /** `link_netnsid`: set when the other end is in another namespace. */
  readonly peerNamespaceId: number | undefined;
  /** Name of the bridge, bond or kernel switch that it is a member of. */
  readonly master?: string | undefined;
  /** Kind from linkinfo: `veth`, `tun`, `bridge`, `openvswitch`, ...; undefined for physical ones. */
  readonly kind: string | undefined;
  /**
   * A tun or tap device: whether its program takes frames with a virtio header, so that it can be handed segments that
   * are yet to be cut and checksums that are yet to be computed.
   */
  readonly vnetHeader?: boolean | undefined;
  readonly mac: string | undefined;
  readonly mtu: number;
  /** IFF_UP: set up by an administrator, whatever the carrier says. */
  readonly up: boolean;
  /** Carrier. */
  readonly running: boolean;
  readonly alias: string | undefined;
  readonly addresses: readonly LinkAddress[];
}

/** One route, from `ip -json -Numeric route show table all`. A route with several next hops becomes one for each. */
export interface Route extends RouteSpec {
  readonly family: 'ipv4' | 'ipv6';
  /** `unicast`, `local`, `broadcast`, `blackhole`, ... */
  readonly type: string;
  readonly protocol: string | undefined;
  readonly scope: string | undefined;
  /** Whether it is one of several next hops of a route. */
  readonly multipath?: boolean | undefined;
}

/** One network namespace. */
export interface Netns {
  readonly target: NamespaceTarget | undefined;
  /**
   * Applies changes in their order, as few programs as possible: neighbours of one kind share a program (`ip -batch` for
   * links, addresses and routes; sysctl and nft for seals; one ethtool per offload). Already so counts as done: removing
   * what is absent and adding what is there succeed. When one fails, those before it have happened and, unless all are
   * removals, none after it; the error names it.
   *
   * @throws NetnsError
   */
  apply(changes: readonly Change[], wait?: Wait): Promise<void>;
  /** All links with their addresses. @throws NetnsError */
  links(wait?: Wait): Promise<readonly Link[]>;
  /** One link. Undefined when there is none of that name. @throws NetnsError */
  link(name: string, wait?: Wait): Promise<Link | undefined>;
  /** All routes of both families. @throws NetnsError */
  routes(wait?: Wait): Promise<readonly Route[]>;
  /** How a link merges received frames now. @throws NetnsError */
  merging(name: string, wait?: Wait): Promise<readonly MergingFeature[]>;
  /** Names of the links whose ingress is dropped by a seal of ours, also of links that are gone. @throws NetnsError */
  seals(wait?: Wait): Promise<readonly string[]>;
  /** Links that came, changed or went (from `ip monitor`), until the signal fires: a hint to read again. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<{ readonly link: string }>;
}

/** Writes a kernel setting, `net/ipv4/conf/eth0/rp_filter`; fails as writing the file below /proc/sys does. */
export type WriteSetting = (setting: string, value: string) => Promise<void>;

/** The edges a namespace handle works through. */
export interface NetnsOptions {
  readonly run?: Run | undefined;
  readonly spawn?: Spawn | undefined;
  /** Milliseconds of a clock that never jumps; for deadlines that span several programs. */
  readonly now?: (() => number) | undefined;
  /** Used for the namespace we run in; for others `sysctl` is run. Default: writes below /proc/sys. */
  readonly writeSetting?: WriteSetting | undefined;
}
