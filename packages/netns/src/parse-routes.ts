import { readList } from './parse-links.ts';
import type { Route } from './types.ts';

interface RawHop {
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly dev?: string;
  readonly flags?: readonly string[];
}

interface RawRoute extends RawHop {
  readonly type?: string;
  readonly dst: string;
  readonly table?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly pref?: string;
  readonly expires?: number;
  readonly metrics?: readonly { readonly mtu?: number }[];
  readonly nexthops?: readonly RawHop[];
}

/** linux/rtnetlink.h, RTN_* from 1. */
const types = ['unicast', 'local', 'broadcast', 'anycast', 'multicast', 'blackhole', 'unreachable'];
/** linux/rtnetlink.h, RTPROT_*. */
const protocols: Readonly<Record<string, string>> = {
  2: 'kernel',
  3: 'boot',
  4: 'static',
  9: 'ra',
  16: 'dhcp',
};
/** linux/rtnetlink.h, RT_SCOPE_*. */
const scopes: Readonly<Record<string, string>> = { 0: 'global', 253: 'link', 254: 'host' };
const mainTable = 254;

/**
 * Parses the output of `ip -json -Numeric route show table all`, iproute2 6.1. The output is numeric, because each
 * machine may define its own table names (/etc/iproute2/rt_tables).
 */
export function parseRoutes(json: string): readonly Route[] {
  return readList<RawRoute>(json).flatMap((raw) =>
    (raw.nexthops ?? [raw]).map((hop) => toRoute(raw, hop)),
  );
}

function toRoute(raw: RawRoute, hop: RawHop): Route {
  return {
    family: isIpv6(raw) ? 'ipv6' : 'ipv4',
    type: types[Number(raw.type ?? 1) - 1] ?? String(raw.type),
    destination: raw.dst,
    via: hop.gateway ?? hop.via?.host,
    link: hop.dev,
    table: Number(raw.table ?? mainTable),
    source: raw.prefsrc,
    metric: raw.metric,
    protocol: protocols[raw.protocol ?? 3] ?? raw.protocol,
    scope: scopes[raw.scope ?? 0] ?? raw.scope,
    onlink: (hop.flags ?? []).includes('onlink') || undefined,
    mtu: raw.metrics?.find((item) => item.mtu !== undefined)?.mtu,
    expires: raw.expires,
    multipath: raw.nexthops === undefined ? undefined : true,
  };
}

/**
 * Returns whether a route is IPv6. ip prints no family, but prints a preference (RFC 4191) with every IPv6 route and
 * with no IPv4 route.
 */
function isIpv6(raw: RawRoute): boolean {
  return raw.pref !== undefined || raw.dst.includes(':') || (raw.gateway?.includes(':') ?? false);
}
