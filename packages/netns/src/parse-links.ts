import type { Link, LinkAddress } from './types.ts';

interface RawAddress {
  readonly family?: string;
  readonly local?: string;
  readonly prefixlen?: number;
  readonly scope?: string;
  readonly address?: string;
  readonly broadcast?: string;
  readonly label?: string;
  readonly metric?: number;
  readonly noprefixroute?: boolean;
  readonly secondary?: boolean;
  readonly valid_life_time?: number;
  readonly preferred_life_time?: number;
}

interface RawLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly txqlen?: number;
  readonly link?: string | null;
  readonly link_index?: number;
  readonly link_netnsid?: number;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly vnet_hdr?: boolean };
  };
  readonly link_type?: string;
  readonly address?: string;
  readonly ifalias?: string;
  readonly addr_info?: readonly RawAddress[];
}

/** Parses the output of `ip -json -details address show`, iproute2 6.1. */
export function parseLinks(json: string): readonly Link[] {
  const raw = readList<Partial<RawLink>>(json).filter(isLink);
  const indexOf = new Map(raw.map((link) => [link.ifname, link.ifindex]));
  return raw.map((link) => toLink(link, indexOf));
}

/** Returns the name of the other end of a veth pair in the same namespace, for which ip prints no index. */
export function parsePeerName(json: string): string | undefined {
  const [link] = readList<Partial<RawLink>>(json).filter(isLink);
  return link?.linkinfo?.info_kind === 'veth' ? (link.link ?? undefined) : undefined;
}

/** Parses a list. ip prints nothing at all for an empty list. */
export function readList<T>(json: string): readonly T[] {
  return json.trim() === '' ? [] : (JSON.parse(json) as readonly T[]);
}

/** Filters out empty objects, which ip 6.1 prints with `-details` for links that a filter excludes. */
function isLink(link: Partial<RawLink>): link is RawLink {
  return link.ifname !== undefined;
}

function toLink(link: RawLink, indexOf: ReadonlyMap<string, number>): Link {
  const veth = link.linkinfo?.info_kind === 'veth';
  return {
    name: link.ifname,
    ifindex: link.ifindex,
    peerIfindex: veth ? (link.link_index ?? indexOf.get(link.link ?? '')) : undefined,
    peerNamespaceId: veth ? link.link_netnsid : undefined,
    ...(link.master === undefined ? {} : { master: link.master }),
    kind: link.linkinfo?.info_kind,
    ...vnetHeaderOf(link),
    mac: link.link_type === 'ether' ? link.address : undefined,
    mtu: link.mtu,
    ...(link.txqlen === undefined ? {} : { txQueueLength: link.txqlen }),
    up: link.flags.includes('UP'),
    running: link.flags.includes('LOWER_UP'),
    alias: link.ifalias,
    addresses: (link.addr_info ?? []).flatMap(toAddress),
  };
}

function vnetHeaderOf({ linkinfo }: RawLink): Pick<Link, 'vnetHeader'> {
  const vnetHeader = linkinfo?.info_kind === 'tun' ? linkinfo.info_data?.vnet_hdr : undefined;
  return vnetHeader === undefined ? {} : { vnetHeader };
}

function toAddress(raw: RawAddress): readonly LinkAddress[] {
  if (raw.local === undefined || raw.prefixlen === undefined) return [];
  const family = raw.family === 'inet6' ? 'ipv6' : 'ipv4';
  const scope = raw.scope ?? 'global';
  return [
    {
      family,
      address: raw.local,
      prefixLength: raw.prefixlen,
      scope,
      peer: raw.address,
      broadcast: raw.broadcast,
      label: raw.label,
      metric: raw.metric,
      noPrefixRoute: raw.noprefixroute,
      secondary: raw.secondary,
      validLifetime: lifetime(raw.valid_life_time),
      preferredLifetime: lifetime(raw.preferred_life_time),
    },
  ];
}

/** Returns a lifetime. The largest number means never (INFINITY_LIFE_TIME of linux/addrconf.h). */
function lifetime(seconds: number | undefined): number | undefined {
  return seconds === 0xffff_ffff ? undefined : seconds;
}
