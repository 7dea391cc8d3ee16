import type { AddressSettings, Change, LinkSettings, MergingFeature, RouteSpec } from './types.ts';

type Veth = Extract<Change, { kind: 'add-veth' }>;

/** Makes a veth pair in this namespace. */
export function addVeth(
  name: string,
  peer: string,
  settings: Omit<Veth, 'kind' | 'name' | 'peer'> = {},
): Change {
  return { kind: 'add-veth', name, peer, ...settings };
}

/** Removes a link, for a veth both ends. A seal on it stays until {@link unsealLink}. */
export function removeLink(name: string): Change {
  return { kind: 'remove-link', name };
}

/** Sets what `settings` names, in one kernel call; leaves the rest. */
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

/** Adds a route. Never replaces one to the same destination: that is `EXISTS`, but for `append`. */
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
 * Switches transmit checksum offload (and with it segmentation) of a link. Off is needed on both ends of a veth that a
 * userspace switch reads: nobody would fill in the checksums.
 */
export function setOffload(link: string, settings: { readonly tx: boolean }): Change {
  return { kind: 'set-offload', link, tx: settings.tx };
}

/**
 * Lets a link merge received frames in these ways and no others. A switch that reads the link through a packet socket
 * drops what has become longer than the MTU (Open vSwitch 3.1.0 without userspace TSO: 0.2 Mbit/s of TCP are left).
 */
export function setMerging(link: string, features: readonly MergingFeature[]): Change {
  return { kind: 'set-merging', link, features };
}

/**
 * Closes the host's own IP stack to what arrives on a link that a userspace switch reads through a packet socket: the
 * switch still gets every frame. Strict rp_filter, no answers to ARP, no IPv6, and an nftables ingress drop where nft
 * and the kernel's netdev family are present; without it a non-zero `net.ipv4.conf.all.rp_filter` of 2 weakens the
 * seal. Never seal a port of a kernel datapath: the drop would take its frames.
 */
export function sealLink(link: string): Change {
  return { kind: 'seal-link', link };
}

/** Takes back what {@link sealLink} did; also for a link that is gone, whose nftables chain would stay. */
export function unsealLink(link: string): Change {
  return { kind: 'unseal-link', link };
}
