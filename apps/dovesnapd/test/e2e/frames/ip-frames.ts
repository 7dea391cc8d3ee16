import { arp, everybody, icmp, ipv4Packet, octets, tcpSyn, udp } from '../packets.ts';
import { frame, type NamedFrame, type Stations, toGateway, toNeighbour, zeros } from './frame.ts';

const nobody = '00:00:00:00:00:00';
const limited = ['0.0.0.0', '255.255.255.255'] as const;

const toPeer = ({ self, neighbour }: Stations) => [self.ip, neighbour.ip] as const;
const toRouter = ({ self, gateway }: Stations) => [self.ip, gateway.ip] as const;
/** A packet from the neighbour to the gateway, as an ICMP error would quote it. */
const theirs = ({ neighbour, gateway }: Stations, mark: string): string =>
  ipv4Packet([neighbour.ip, gateway.ip], 17, udp([53, 53], mark)).slice(4);

/** ARP and IPv4. */
export const ipFrames: readonly NamedFrame[] = [
  frame('ARP request', everybody, ({ self, neighbour }, mark) =>
    arp('request', [self.mac, self.ip], [nobody, neighbour.ip]).concat(mark),
  ),
  frame("ARP reply with the gateway's address", toNeighbour, ({ self, neighbour, gateway }, mark) =>
    arp('reply', [self.mac, gateway.ip], [neighbour.mac, neighbour.ip]).concat(mark),
  ),
  frame("gratuitous ARP for the neighbour's address", everybody, ({ self, neighbour }, mark) =>
    arp('request', [self.mac, neighbour.ip], [nobody, neighbour.ip]).concat(mark),
  ),
  frame('ICMP echo request to the neighbour', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 1, icmp(8, 0, `00010001${mark}`)),
  ),
  frame('TCP SYN to the gateway', toGateway, (at, mark) =>
    ipv4Packet(toRouter(at), 6, tcpSyn([40_000, 9401], mark)),
  ),
  frame('DHCP discover (limited broadcast from 0.0.0.0)', everybody, (_at, mark) =>
    ipv4Packet(limited, 17, udp([68, 67], `01010600${mark}`)),
  ),
  frame('DHCP offer', everybody, ({ self }, mark) =>
    ipv4Packet([self.ip, '255.255.255.255'], 17, udp([67, 68], `02010600${mark}`)),
  ),
  frame('mDNS (link-local multicast)', '01:00:5e:00:00:fb', ({ self }, mark) =>
    ipv4Packet([self.ip, '224.0.0.251'], 17, udp([5353, 5353], mark), { ttl: 255 }),
  ),
  frame('IGMP membership report', '01:00:5e:01:02:03', ({ self }, mark) =>
    ipv4Packet([self.ip, '239.1.2.3'], 2, icmp(0x16, 0, `ef010203${mark}`), routerAlert),
  ),
  frame('IGMP query', '01:00:5e:00:00:01', ({ self }, mark) =>
    ipv4Packet([self.ip, '224.0.0.1'], 2, icmp(0x11, 100, `00000000${mark}`), routerAlert),
  ),
  frame('first fragment', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 17, udp([53, 53], mark.padEnd(32, '0')), { fragment: 0x2000 }),
  ),
  frame('first fragment that cuts the header of TCP', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 6, `9c400016${mark}`.padEnd(32, '0'), { fragment: 0x2000 }),
  ),
  frame('last fragment', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 17, mark, { fragment: 0x0003 }),
  ),
  frame('IPv4 with a source route', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 17, udp([53, 53], mark), { options: '83070400000000' + '00' }),
  ),
  frame('IPv4 with TTL 1', toGateway, (at, mark) =>
    ipv4Packet(toRouter(at), 17, udp([53, 53], mark), { ttl: 1 }),
  ),
  frame("IPv4 with the gateway's address as source", toNeighbour, ({ neighbour, gateway }, mark) =>
    ipv4Packet([gateway.ip, neighbour.ip], 17, udp([53, 53], mark)),
  ),
  frame('IPv4 whose length is a lie', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 17, udp([53, 53], mark)).replace(/^(.{8}).{4}/, '$1ffff'),
  ),
  frame('ICMP unreachable that quotes a flow of others', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 1, icmp(3, 3, `00000000${theirs(at, mark)}`)),
  ),
  frame('ICMP fragmentation needed that quotes a flow of others', toGateway, (at, mark) =>
    ipv4Packet(toRouter(at), 1, icmp(3, 4, `00000244${theirs(at, mark)}`)),
  ),
  frame('ICMP redirect', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 1, icmp(5, 1, `c0000201${theirs(at, mark)}`)),
  ),
  frame('IPv4 in IPv4', toNeighbour, (at, mark) =>
    ipv4Packet(toPeer(at), 4, ipv4Packet(toPeer(at), 17, udp([53, 53], mark)).slice(4)),
  ),
  frame('GRE', toGateway, (at, mark) =>
    ipv4Packet(toRouter(at), 47, `00006558${zeros(14)}${mark}`),
  ),
  frame('VXLAN', toGateway, (at, mark) =>
    ipv4Packet(toRouter(at), 17, udp([40_000, 4789], `0800000000000100${mark}`)),
  ),
  frame('BFD control', toGateway, (at, mark) =>
    ipv4Packet(toRouter(at), 17, udp([49_152, 3784], `20c00318${octets(1, 4)}${zeros(4)}${mark}`), {
      ttl: 255,
    }),
  ),
];

const routerAlert = { ttl: 1, options: '94040000' } as const;
