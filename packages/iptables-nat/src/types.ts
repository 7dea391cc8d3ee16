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
  /** Rewrite the source of what leaves the bridge to an address of the host; false is routed. */
  readonly masquerade: boolean;
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

/** A rule of ours, as iptables-save writes it after `-A CHAIN `. */
export type RuleText = string;

/** One chain of ours, or the jumps to ours in somebody else's chain. */
export interface ChainState {
  readonly table: 'filter' | 'nat';
  readonly chain: string;
  readonly rules: readonly RuleText[];
}

/** What is in the kernel of this owner, per family. */
export interface ObservedNat {
  readonly owner: string;
  readonly families: readonly {
    readonly family: Family;
    readonly chains: readonly ChainState[];
    /** Our jumps in others' chains with their positions (1 is first), so that a misplaced one is seen. */
    readonly jumps: readonly {
      readonly table: 'filter' | 'nat';
      readonly chain: string;
      readonly position: number;
      readonly target: string;
    }[];
    /** Chains of others that decide where our jumps go: whether DOCKER-USER exists and how many rules it has. */
    readonly others: readonly {
      readonly table: 'filter' | 'nat';
      readonly chain: string;
      readonly rules: number;
      readonly endsWithReturn: boolean;
    }[];
  }[];
}

/** What to feed to one `iptables-restore --noflush` per family; empty when nothing differs. */
export interface NatPlan {
  readonly families: readonly { readonly family: Family; readonly lines: readonly string[] }[];
}

/** The firewall of the namespace we run in. */
export interface Firewall {
  readonly backend: Backend;
  /** Reads our chains and jumps. @throws NatError */
  read(owner: string, wait?: Wait): Promise<ObservedNat>;
  /** Runs one atomic restore per family; does nothing for an empty plan. @throws NatError */
  apply(plan: NatPlan, wait?: Wait): Promise<void>;
}
