import { bare, icmp, ipv6, ipv6Packet, octets, tcpSyn, udp } from '../packets.ts';
import { frame, type NamedFrame, type Stations, toGateway, toNeighbour, zeros } from './frame.ts';

const everyNode = { mac: '33:33:00:00:00:01', ip: 'ff02::1' } as const;
const everyRouter = { mac: '33:33:00:00:00:02', ip: 'ff02::2' } as const;
const mldRouters = { mac: '33:33:00:00:00:16', ip: 'ff02::16' } as const;

/** Numbers of protocols (RFC 8200, section 4.1, and IANA). */
const next = {
  hopByHop: 0,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  icmp: 58,
  none: 59,
  destination: 60,
};

const toPeer = ({ self, neighbour }: Stations) => [self.ip6, neighbour.ip6] as const;

/** Neighbour discovery goes with a hop limit of 255 (RFC 4861). */
const discovery = (pair: readonly [string, string], type: number, body: string): string =>
  ipv6Packet(pair, next.icmp, icmp(type, 0, body, 6), 255);

/** A header of options that mean nothing (PadN), eight octets. */
const padded = (after: number): string => `${octets(after, 1)}00010400000000`;
/** A header with the router alert of MLD (RFC 2711). */
const alert = (after: number): string => `${octets(after, 1)}00050200000100`;
const fragment = (after: number, offset: number): string =>
  `${octets(after, 1)}00${octets(offset, 2)}00000001`;

/** IPv6: neighbour discovery, multicast, extension headers. */
export const ipv6Frames: readonly NamedFrame[] = [
  frame('neighbour solicitation', '33:33:ff:00:00:03', ({ self, neighbour }, mark) =>
    discovery(
      [self.ip6, 'ff02::1:ff00:3'],
      135,
      `00000000${ipv6(neighbour.ip6)}${source(self.mac)}${mark}`,
    ),
  ),
  frame(
    "neighbour advertisement with the gateway's address",
    everyNode.mac,
    ({ self, gateway }, mark) =>
      discovery(
        [gateway.ip6, everyNode.ip],
        136,
        `20000000${ipv6(gateway.ip6)}${target(self.mac)}${mark}`,
      ),
  ),
  frame('router advertisement', everyNode.mac, ({ self }, mark) =>
    discovery([self.ip6, everyNode.ip], 134, `40000708${zeros(8)}${source(self.mac)}${mark}`),
  ),
  frame('router solicitation', everyRouter.mac, ({ self }, mark) =>
    discovery([self.ip6, everyRouter.ip], 133, `00000000${mark}`),
  ),
  frame('ICMPv6 redirect', toNeighbour, (at, mark) =>
    discovery(toPeer(at), 137, `00000000${ipv6(at.self.ip6)}${ipv6('fd00::99')}${mark}`),
  ),
  frame('MLD report', mldRouters.mac, ({ self }, mark) =>
    ipv6Packet(
      [self.ip6, mldRouters.ip],
      next.hopByHop,
      `${alert(58)}${icmp(143, 0, `00000000${mark}`, 6)}`,
      1,
    ),
  ),
  frame('MLD query', everyNode.mac, ({ self }, mark) =>
    ipv6Packet(
      [self.ip6, everyNode.ip],
      next.hopByHop,
      `${alert(58)}${icmp(130, 0, `${zeros(20)}${mark}`, 6)}`,
      1,
    ),
  ),
  frame('DHCPv6 solicit', '33:33:00:01:00:02', ({ self }, mark) =>
    ipv6Packet([self.ip6, 'ff02::1:2'], next.udp, udp([546, 547], `01000001${mark}`)),
  ),
  frame('ICMPv6 echo request to the neighbour', toNeighbour, (at, mark) =>
    ipv6Packet(toPeer(at), next.icmp, icmp(128, 0, `00010001${mark}`, 6)),
  ),
  frame('packet too big that quotes a flow of others', toNeighbour, (at, mark) => {
    const quoted = ipv6Packet([at.neighbour.ip6, at.gateway.ip6], next.udp, udp([53, 53], mark));
    return ipv6Packet(toPeer(at), next.icmp, icmp(2, 0, `00000500${quoted.slice(4)}`, 6));
  }),
  frame('TCP behind hop-by-hop options', toNeighbour, (at, mark) =>
    ipv6Packet(toPeer(at), next.hopByHop, `${padded(next.tcp)}${tcpSyn([40_000, 80], mark)}`),
  ),
  frame('TCP behind destination options', toNeighbour, (at, mark) =>
    ipv6Packet(toPeer(at), next.destination, `${padded(next.tcp)}${tcpSyn([40_000, 80], mark)}`),
  ),
  frame('TCP behind a routing header', toNeighbour, (at, mark) =>
    ipv6Packet(
      toPeer(at),
      next.routing,
      `${octets(next.tcp, 1)}00000000000000${tcpSyn([40_000, 80], mark)}`,
    ),
  ),
  frame('first fragment of IPv6', toNeighbour, (at, mark) =>
    ipv6Packet(
      toPeer(at),
      next.fragment,
      `${fragment(next.udp, 1)}${udp([53, 53], mark.padEnd(16, '0'))}`,
    ),
  ),
  frame('first fragment of IPv6 without the header of its protocol', toNeighbour, (at, mark) =>
    ipv6Packet(
      toPeer(at),
      next.fragment,
      `${fragment(next.destination, 1)}${padded(next.tcp)}${mark}00`,
    ),
  ),
  frame('last fragment of IPv6', toNeighbour, (at, mark) =>
    ipv6Packet(toPeer(at), next.fragment, `${fragment(next.udp, 0x10)}${mark}`),
  ),
  frame('IPv6 with no next header', toGateway, ({ self, gateway }, mark) =>
    ipv6Packet([self.ip6, gateway.ip6], next.none, mark),
  ),
];

/** Options of neighbour discovery that name a MAC. */
function source(mac: string): string {
  return `0101${bare(mac)}`;
}

function target(mac: string): string {
  return `0201${bare(mac)}`;
}
