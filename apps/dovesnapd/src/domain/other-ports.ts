import type { AddressSettings, MergingFeature, RouteSpec } from '@dovesnap/netns';
import type { Treatments } from './treatments.ts';

/** An address of an interface that a network has taken over. Times are in milliseconds since the epoch. */
export interface TakenAddress
  extends Omit<AddressSettings, 'nodad' | 'validLifetime' | 'preferredLifetime'> {
  /** With prefix length. */
  readonly address: string;
  /** When it expires. Undefined if never. */
  readonly validUntil?: number | undefined;
  readonly preferredUntil?: number | undefined;
}

/** A route through an interface that a network has taken over. */
export interface TakenRoute extends Omit<RouteSpec, 'expires'> {
  /** When it expires, in milliseconds since the epoch. Undefined if never. */
  readonly validUntil?: number | undefined;
}

/** A host interface before a network took it over, and as it was when the bridge last opened it. */
export interface TakenDevice {
  /** In the order in which they were added. The first address with a given prefix is the primary one. */
  readonly addresses: readonly TakenAddress[];
  /** Routes through this interface that do not result from its addresses. */
  readonly routes: readonly TakenRoute[];
  readonly ifindex: number;
  readonly mac: string | undefined;
  readonly mtu: number;
  /** The features that merged received frames, which a userspace switch cannot use. */
  readonly merging: readonly MergingFeature[];
  /**
   * For an uplink: whether it is on the bridge and its addresses are on the bridge's local port, or are being moved
   * there.
   */
  readonly moved?: boolean | undefined;
  /** Its number on the bridge. Undefined until it has one. */
  readonly ofPort?: number | undefined;
}

/** The current state of a port without a container on a network's bridge. */
export interface OtherPort {
  readonly name: string;
  /** `physical` and `coprocessor` ports come from options. Others have added the rest. */
  readonly kind: 'physical' | 'coprocessor' | 'external' | 'patch';
  /** Undefined while it has none. */
  readonly ofPort: number | undefined;
  readonly mac: string;
  /** The host devices that the bridge reads: one, several for a bond, none for a tunnel or a patch port. */
  readonly devices: readonly { readonly name: string; readonly ifindex: number }[];
  /** Whether its device no longer exists. */
  readonly gone: boolean;
  readonly vlan: number;
  readonly acls: readonly string[];
  /** What else its row asks to be done to its traffic. */
  readonly treatments: Treatments;
  /** Why it is kept off the network. Undefined if it is on it. */
  readonly closed: string | undefined;
  /** Further information for people. */
  readonly remark: string | undefined;
  /** For a patch port: its peer. */
  readonly peer:
    | { readonly port: string; readonly bridge: string; readonly ofPort: number | undefined }
    | undefined;
}
