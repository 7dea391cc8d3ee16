import type { Link, Route } from '@dovesnap/netns';
import { type Cidr, overlap, parseCidr } from '../../domain/cidr.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { quoted } from '../../domain/words.ts';

/** A block of addresses that no network can have, and whose it is. */
interface Reserved {
  readonly block: string;
  readonly use: string;
  /** Only for networks whose bridge is a router: hosts on one LAN may use it among themselves. */
  readonly routerOnly?: true;
}

/** IANA's special-purpose registries (RFC 6890), as far as hosts and routers do not forward or answer under them. */
const reserved: readonly Reserved[] = [
  { block: '0.0.0.0/8', use: 'hosts that do not know their address (RFC 1122)' },
  { block: '127.0.0.0/8', use: 'loopback (RFC 1122)' },
  { block: '169.254.0.0/16', use: 'link-local addresses (RFC 3927)', routerOnly: true },
  { block: '224.0.0.0/4', use: 'multicast (RFC 5771)' },
  { block: '240.0.0.0/4', use: 'reserved, and holds the broadcast address (RFC 1112, RFC 919)' },
  { block: '::/127', use: 'the unspecified address and loopback (RFC 4291)' },
  { block: '::ffff:0:0/96', use: 'IPv4 addresses in IPv6 form (RFC 4291)' },
  { block: 'fe80::/10', use: 'link-local addresses (RFC 4291)', routerOnly: true },
  { block: 'ff00::/8', use: 'multicast (RFC 4291)' },
];

/** What the host has now. */
export interface HostAddresses {
  readonly links: readonly Pick<Link, 'name' | 'addresses'>[];
  readonly routes: readonly Pick<Route, 'via' | 'link'>[];
}

/**
 * Says why a network cannot have one of its subnets; undefined: it can have them all. On a nat or routed network the bridge
 * gets the gateway's address: in a subnet that the host is in already the host would answer as its own router, and reach
 * nobody there.
 */
export function subnetRefusal(
  spec: Pick<NetworkSpec, 'mode' | 'subnets' | 'bridge'>,
  host: HostAddresses,
): DovesnapError | undefined {
  const isRouter = spec.mode !== 'flat';
  for (const { pool } of spec.subnets) {
    const subnet = toCidr(pool);
    const block = reserved.find(
      (item) => (isRouter || item.routerOnly !== true) && overlap(toCidr(item.block), subnet),
    );
    if (block !== undefined) {
      const why = `${block.block} is for ${block.use}`;
      return refused('BAD_REQUEST', pool, spec.mode, `${why}; accepted are unicast addresses`);
    }
    const there = isRouter ? findHost(subnet, spec.bridge, host) : undefined;
    if (there === undefined) continue;
    const accepted = 'accepted is one that the host is not in, or mode flat, which joins a LAN';
    return refused('CONFLICT', pool, spec.mode, `${there}; ${accepted}`);
  }
  return undefined;
}

/** Where the host is in a subnet: an address of an interface, or the router that a route of it leads to. */
function findHost(
  subnet: Cidr,
  bridge: string,
  { links, routes }: HostAddresses,
): string | undefined {
  for (const { name, addresses } of links) {
    if (name === bridge) continue;
    for (const { address, peer, prefixLength } of addresses) {
      const own = peer === undefined ? [] : [address];
      const networks = [...own, `${peer ?? address}/${prefixLength}`];
      if (!networks.some((text) => overlap(toCidr(text), subnet))) continue;
      return `the host has ${address}/${prefixLength} on interface ${name}`;
    }
  }
  const route = routes.find(
    ({ via, link }) => via !== undefined && link !== bridge && overlap(toCidr(via), subnet),
  );
  return route && `the host has a router at ${route.via} on interface ${route.link}`;
}

function toCidr(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new DovesnapError('BAD_REQUEST', `not an address: ${quoted(text)}`);
  return cidr;
}

function refused(
  code: 'BAD_REQUEST' | 'CONFLICT',
  pool: string,
  mode: NetworkSpec['mode'],
  why: string,
): DovesnapError {
  return new DovesnapError(
    code,
    `the subnet of a ${mode} network cannot be ${quoted(pool)}: ${why}`,
  );
}
