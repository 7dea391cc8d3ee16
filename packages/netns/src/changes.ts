import type { AddressSettings, Change, LinkSettings, MergingFeature, RouteSpec } from './types.ts';

type Veth = Extract<Change, { kind: 'add-veth' }>;

/** Adds a veth pair in this namespace. */
export function addVeth(
  name: string,
  peer: string,
  settings: Omit<Veth, 'kind' | 'name' | 'peer'> = {},
): Change {
  return { kind: 'add-veth', name, peer, ...settings };
}

/** Removes a link. For a veth pair, removes both ends. A seal on the link stays until {@link unsealLink}. */
export function removeLink(name: string): Change {
  return { kind: 'remove-link', name };
}

/** Changes the settings in `settings`, in one kernel call. Other settings are left unchanged. */
export function setLink(name: string, settings: LinkSettings): Change {
  return { kind: 'set-link', name, settings };
}

/** Adds an address with its prefix length, `10.9.0.2/24`. */
export function addAddress(link: string, address: string, settings: AddressSettings = {}): Change {
  return { kind: 'add-address', link, address, ...settings };
}

/** Removes an address from a link. */
export function removeAddress(
  link: string,
  address: string,
  settings: Pick<AddressSettings, 'peer'> = {},
): Change {
  return { kind: 'remove-address', link, address, ...settings };
}

/** Adds a route. Never replaces a route to the same destination: that causes `EXISTS`, unless `append` is set. */
export function addRoute(
  route: RouteSpec,
  settings: { readonly append?: boolean | undefined } = {},
): Change {
  return { kind: 'add-route', route, ...settings };
}

/** Removes a route. */
export function removeRoute(route: RouteSpec): Change {
  return { kind: 'remove-route', route };
}

/**
 * Switches transmit checksum offload, and with it segmentation offload, of a link. Switch it off on both ends of a veth
 * pair that a userspace switch reads; otherwise the checksums are never computed.
 */
export function setOffload(link: string, settings: { readonly tx: boolean }): Change {
  return { kind: 'set-offload', link, tx: settings.tx };
}

/**
 * Sets the features with which a link merges received frames; all others are switched off. A switch that reads the link
 * through a packet socket drops frames that have become longer than the MTU (Open vSwitch 3.1.0 without userspace TSO:
 * TCP drops to 0.2 Mbit/s).
 */
export function setMerging(link: string, features: readonly MergingFeature[]): Change {
  return { kind: 'set-merging', link, features };
}

/**
 * Keeps frames that arrive on a link away from the host's own IP stack. A userspace switch that reads the link through
 * a packet socket still gets every frame. A seal consists of strict rp_filter, no ARP replies, no IPv6, and an nftables
 * ingress drop. The drop requires nft and the kernel's netdev family. Without it, `net.ipv4.conf.all.rp_filter` set to
 * 2 weakens the seal. Never seal a port of a kernel datapath: the drop would take its frames.
 */
export function sealLink(link: string): Change {
  return { kind: 'seal-link', link };
}

/**
 * Reverses {@link sealLink}. Also works for a link that no longer exists, whose nftables chain would otherwise stay.
 */
export function unsealLink(link: string): Change {
  return { kind: 'unseal-link', link };
}
