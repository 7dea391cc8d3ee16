import type { Run, Spawn } from '@dovesnap/command';

/** Limits how long a call may wait. `deadline` is in milliseconds from the call. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}

/** The implementation of iptables that contains the rules. */
export type Backend = 'nft' | 'legacy';

/** IP version. */
export type Family = 'ipv4' | 'ipv6';

/** A network whose traffic is forwarded. */
export interface NatNetwork {
  /** Interface name of the bridge's local port. */
  readonly bridge: string;
  /** Canonical CIDR, of either family: `10.9.0.0/24`, `fd00:9::/64`. */
  readonly subnets: readonly string[];
  /**
   * Whether traffic that leaves the bridge gets an address of the host as its source. If true, connections from outside
   * are dropped, except to published ports, and so is all traffic between this network and other networks of the same
   * owner. If false, the network is routed: its own addresses are reachable from outside and from other routed
   * networks.
   */
  readonly masquerade: boolean;
  /**
   * Whether members are kept from reaching each other through this host. If true, traffic that comes from the bridge
   * and would return to it is dropped, including traffic to published ports, in both families. Default false.
   */
  readonly isolated?: boolean | undefined;
  /**
   * Whether the bridge also leads out of the host, in addition to the network's own subnets. If true, other networks
   * may leave through it, and the source is also rewritten for traffic that leaves through the bridge from which it
   * came. Default false.
   */
  readonly uplink?: boolean | undefined;
}

/** A port of the host that leads to a container. */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** Without an address, all addresses of the host. */
  readonly host: { readonly address?: string | undefined; readonly port: number };
  readonly to: { readonly address: string; readonly port: number };
}

/** The wanted state of one owner. The owner's name is part of every chain name: 1 to 12 of `A-Z0-9_`. */
export interface WantedNat {
  readonly owner: string;
  readonly networks: readonly NatNetwork[];
  readonly published?: readonly PublishedPort[] | undefined;
}

/** A rule as iptables-save prints it after `-A CHAIN `. */
export type RuleText = string;

/** One chain with its rules, in order. */
export interface ChainState {
  readonly table: 'filter' | 'nat';
  readonly chain: string;
  readonly rules: readonly RuleText[];
}

/** The state of one owner in the kernel, per family. A family that is not usable is omitted. */
export interface ObservedNat {
  readonly owner: string;
  readonly families: readonly {
    readonly family: Family;
    /** The owner's own chains. */
    readonly chains: readonly ChainState[];
    /**
     * Chains of other owners that contain the owner's jumps, or should contain them, with all their rules. They show
     * whether a jump is missing, duplicated or in the wrong place. DOCKER-USER is included only while FORWARD jumps to
     * it.
     */
    readonly hooks: readonly ChainState[];
  }[];
}

/** The input for one `iptables-restore --noflush` per family. Empty when there is no difference. */
export interface NatPlan {
  readonly families: readonly { readonly family: Family; readonly lines: readonly string[] }[];
}

/** The firewall of the current namespace. */
export interface Firewall {
  readonly backend: Backend;
  /** The usable families: IPv6 only if ip6tables works. */
  readonly families: readonly Family[];
  /**
   * Reads the owner's chains and jumps.
   * @throws NatError
   */
  read(owner: string, wait?: Wait): Promise<ObservedNat>;
  /**
   * Runs one atomic restore per family. Does nothing for an empty plan.
   * @throws NatError
   */
  apply(plan: NatPlan, wait?: Wait): Promise<void>;
  /**
   * Yields what may have changed, until the signal fires. The first time is at once, with everything. Each is a hint to
   * read, plan and apply again. On nf_tables it follows `nft monitor`; on legacy tables it yields every 0.7 s. Own
   * changes of rules are reported too.
   */
  changes(options: ChangesOptions): AsyncIterable<RuleChange>;
}

/** What may have changed. */
export interface RuleChange {
  /** Whether rules of iptables may have: read, plan and apply again. */
  readonly rules: boolean;
  /** The tables of {@link ChangesOptions.tables} from which something may have been deleted. */
  readonly tables: ReadonlySet<string>;
}

/** Options for following changes. */
export interface ChangesOptions {
  readonly signal: AbortSignal;
  /**
   * Called with the reason when nf_tables changes are no longer reported. Until `nft monitor` runs again, a change is
   * yielded every 0.7 s. The delay between attempts to restart it grows.
   */
  readonly onBlind?: ((reason: string) => void) | undefined;
  /**
   * Additional tables of nftables to follow, by name, such as `netdev mine`: deletions from them count as changes. Each
   * comes with a function that says whether a chain of it still matters; it is asked when the chain was deleted. With
   * legacy tables of iptables there are no notifications for these tables either.
   */
  readonly tables?: Readonly<Record<string, (chain: string) => boolean>> | undefined;
}

/** The clock of this package. */
export interface Clock {
  /** Returns milliseconds of a monotonic clock. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal fires. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Options for a firewall. */
export interface FirewallOptions extends Wait {
  readonly run?: Run | undefined;
  readonly spawn?: Spawn | undefined;
  /**
   * The backend to use. Default: the backend that contains Docker's chains; otherwise the backend of the `iptables`
   * command.
   */
  readonly backend?: Backend | undefined;
  /** Used for deadlines that span several programs, and for delays. */
  readonly clock?: Clock | undefined;
}
