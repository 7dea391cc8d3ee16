import type { Run } from '@dovesnap/command';

/** How long a call may wait. `deadline` is in milliseconds from the call. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}

/** Which implementation of iptables keeps the rules. */
export type Backend = 'nft' | 'legacy';

/** IP version. */
export type Family = 'ipv4' | 'ipv6';

/** A network whose traffic is forwarded. */
export interface NatNetwork {
  /** Interface name of the bridge's local port. */
  readonly bridge: string;
  /** Canonical CIDR, both families allowed: `10.9.0.0/24`, `fd00:9::/64`. */
  readonly subnets: readonly string[];
  /**
   * Rewrite the source of what leaves the bridge to an address of the host; connections from outside are then dropped,
   * published ports aside, and all that passes between it and another network of the same owner. False is routed:
   * reachable from outside and from other routed networks under its own addresses.
   */
  readonly masquerade: boolean;
  /**
   * Its members do not reach each other through this host: what comes from the bridge and would go back into it is
   * dropped, published ports included, in every family. Default false.
   */
  readonly isolated?: boolean | undefined;
  /**
   * The bridge leads out of the host too, beside the networks' own subnets: others may leave through it, and what leaves
   * by the way it came is rewritten as well. Default false.
   */
  readonly uplink?: boolean | undefined;
}

/** A port of the host that leads to a container. */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** Without an address: every address of the host. */
  readonly host: { readonly address?: string | undefined; readonly port: number };
  readonly to: { readonly address: string; readonly port: number };
}

/** All that one owner wants. The owner's name is part of every chain name: 1 to 12 of `A-Z0-9_`. */
export interface WantedNat {
  readonly owner: string;
  readonly networks: readonly NatNetwork[];
  readonly published?: readonly PublishedPort[] | undefined;
}

/** A rule as iptables-save writes it after `-A CHAIN `. */
export type RuleText = string;

/** One chain with its rules, first to last. */
export interface ChainState {
  readonly table: 'filter' | 'nat';
  readonly chain: string;
  readonly rules: readonly RuleText[];
}

/** What is in the kernel of this owner, per family. A family that cannot be used is absent. */
export interface ObservedNat {
  readonly owner: string;
  readonly families: readonly {
    readonly family: Family;
    /** Our own chains. */
    readonly chains: readonly ChainState[];
    /**
     * Chains of others that hold our jumps or are where they belong, with all their rules, so that a jump that is
     * missing, doubled or at the wrong place is seen. DOCKER-USER only while FORWARD leads to it.
     */
    readonly hooks: readonly ChainState[];
  }[];
}

/** What to feed to one `iptables-restore --noflush` per family; empty when nothing differs. */
export interface NatPlan {
  readonly families: readonly { readonly family: Family; readonly lines: readonly string[] }[];
}

/** The firewall of the namespace we run in. */
export interface Firewall {
  readonly backend: Backend;
  /** The families that can be used: IPv6 only where ip6tables works. */
  readonly families: readonly Family[];
  /** Reads our chains and jumps. @throws NatError */
  read(owner: string, wait?: Wait): Promise<ObservedNat>;
  /** Runs one atomic restore per family; does nothing for an empty plan. @throws NatError */
  apply(plan: NatPlan, wait?: Wait): Promise<void>;
}

/** What a firewall is opened with. */
export interface FirewallOptions extends Wait {
  readonly run?: Run | undefined;
  /** Use this one. Default: the one in which Docker keeps its chains, else what `iptables` stands for. */
  readonly backend?: Backend | undefined;
  /** Milliseconds of a clock that never jumps; for deadlines that span several programs. */
  readonly now?: (() => number) | undefined;
}
