import type { AddressSettings, MergingFeature, RouteSpec } from '@dovesnap/netns';

/** An address of a taken interface; times are milliseconds since the epoch. */
export interface TakenAddress
  extends Omit<AddressSettings, 'nodad' | 'validLifetime' | 'preferredLifetime'> {
  /** With prefix length. */
  readonly address: string;
  /** When it goes by itself; undefined: never. */
  readonly validUntil?: number | undefined;
  readonly preferredUntil?: number | undefined;
}

/** A route over a taken interface. */
export interface TakenRoute extends Omit<RouteSpec, 'expires'> {
  /** When it goes by itself, milliseconds since the epoch; undefined: never. */
  readonly validUntil?: number | undefined;
}

/** A host's interface before a network took it, and as it was when the bridge last opened it. */
export interface TakenDevice {
  /** In the order in which they were added: of those with one prefix the first is the primary one. */
  readonly addresses: readonly TakenAddress[];
  /** Those over this interface that its addresses do not make by themselves. */
  readonly routes: readonly TakenRoute[];
  readonly ifindex: number;
  readonly mac: string | undefined;
  readonly mtu: number;
  /** How it put received frames together, which a userspace switch cannot have. */
  readonly merging: readonly MergingFeature[];
  /** Of an interface that is bound: whether it is on the bridge and its addresses are on the bridge's local port, or about to be. */
  readonly moved?: boolean | undefined;
  /** Number that the bridge gave it; undefined until it has. */
  readonly ofPort?: number | undefined;
}

/** A port of a network's bridge that no container is behind, as it stands. */
export interface OtherPort {
  readonly name: string;
  /** `physical` and `coprocessor` were asked for by option; the rest others have added. */
  readonly kind: 'physical' | 'coprocessor' | 'external' | 'patch';
  /** undefined while it has none. */
  readonly ofPort: number | undefined;
  readonly mac: string;
  /** The host's devices that the bridge reads, one or of a bond several; none of a tunnel or a patch. */
  readonly devices: readonly { readonly name: string; readonly ifindex: number }[];
  /** Whether there is no device behind it any more. */
  readonly gone: boolean;
  readonly vlan: number;
  readonly acls: readonly string[];
  /** Whether its row asks for copies of its traffic. */
  readonly mirrored: boolean;
  /** Why it is kept out of the network; undefined: it is in. */
  readonly closed: string | undefined;
  /** What else a person should know. */
  readonly remark: string | undefined;
  /** Of a patch port: where it leads. */
  readonly peer:
    | { readonly port: string; readonly bridge: string; readonly ofPort: number | undefined }
    | undefined;
}

/** What is known of the ports of a network that no container is behind. */
export interface OtherPorts {
  /** Numbers that faucet.yaml has, or may have, interfaces for because of such ports; to the ports' names. */
  readonly inFaucet: Map<number, string>;
  /** Host interfaces that the network took, by name. */
  readonly taken: Map<string, TakenDevice>;
  /** Devices of others that are closed to the host's own stack, by name; to their indexes. */
  readonly sealed: Map<string, number>;
  /** Virtual machines, by the name of their tap. */
  readonly machines: Map<string, string>;
  seen: readonly OtherPort[];
}

/** Nothing known yet. */
export function noOtherPorts(): OtherPorts {
  return {
    inFaucet: new Map(),
    taken: new Map(),
    sealed: new Map(),
    machines: new Map(),
    seen: [],
  };
}
