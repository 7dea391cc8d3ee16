import { arp, bare, everybody, ipv4Packet, octets, udp } from '../packets.ts';
import { frame, type NamedFrame, type Stations, toGateway, toNeighbour, zeros } from './frame.ts';

const group = (last: number): string => `01:80:c2:00:00:${octets(last, 1)}`;

/** A frame of IEEE 802.3, whose length stands where others have an EtherType. */
const counted = (body: string): string => `${octets(body.length / 2, 2)}${body}`;

/** An EtherType for experiments (IEEE 802), and what it carries here. */
const plain = (mark: string): string => `88b5${mark}${zeros(39)}`;

const tag = (vid: number, type = '8100'): string => `${type}${octets(vid, 2)}`;

/** Protocols of bridges and links, which switches take for themselves. */
export const linkFrames: readonly NamedFrame[] = [
  frame('STP BPDU', group(0), (_at, mark) => counted(`424203000000000000${mark}${zeros(28)}`)),
  frame('RSTP BPDU', group(0), (_at, mark) => counted(`424203000002023c00${mark}${zeros(28)}`)),
  frame('BPDU to the neighbour', toNeighbour, (_at, mark) =>
    counted(`424203000000000000${mark}${zeros(28)}`),
  ),
  frame('PVST+ BPDU', '01:00:0c:cc:cc:cd', (_at, mark) =>
    counted(`aaaa0300000c010b0000${mark}${zeros(30)}`),
  ),
  frame('CDP', '01:00:0c:cc:cc:cc', (_at, mark) =>
    counted(`aaaa0300000c200002b4${mark}${zeros(30)}`),
  ),
  frame('LACP', group(2), (_at, mark) => `88090101${mark}${zeros(103)}`),
  frame('LACP to the neighbour', toNeighbour, (_at, mark) => `88090101${mark}${zeros(103)}`),
  frame('Ethernet OAM', group(2), (_at, mark) => `88090300500000${mark}${zeros(36)}`),
  frame('LLDP', group(0x0e), (_at, mark) => `88cc0209${'07'}${mark}00${zeros(34)}`),
  frame(
    'LLDP to the next customer bridge',
    group(0),
    (_at, mark) => `88cc020907${mark}${zeros(35)}`,
  ),
  frame('LLDP to the neighbour', toNeighbour, (_at, mark) => `88cc020907${mark}${zeros(35)}`),
  frame('CFM continuity check', group(0x30), (_at, mark) => `8902000104460000${mark}${zeros(70)}`),
  frame('CFM to the neighbour', toNeighbour, (_at, mark) => `8902000104460000${mark}${zeros(70)}`),
  frame('PAUSE', group(1), (_at, mark) => `88080001ffff${mark}${zeros(35)}`),
  frame('PAUSE to the neighbour', toNeighbour, (_at, mark) => `88080001ffff${mark}${zeros(35)}`),
  frame(
    'priority flow control',
    group(1),
    (_at, mark) => `8808010100ff${zeros(16)}${mark}${zeros(19)}`,
  ),
  frame('EAPOL (IEEE 802.1X)', group(3), (_at, mark) => `888e01010000${mark}${zeros(35)}`),
  frame('MVRP', group(0x21), (_at, mark) => `88f500${mark}${zeros(38)}`),
  frame('PTP', '01:1b:19:00:00:00', (_at, mark) => `88f70002002c${mark}${zeros(35)}`),
  frame('loopback of ECTP', toNeighbour, (_at, mark) => `90000000${mark}${zeros(37)}`),
  frame('MPLS', toNeighbour, (_at, mark) => `884700001140${mark}${zeros(35)}`),
  frame('PPPoE discovery', everybody, (_at, mark) => `886311090000${mark}${zeros(35)}`),
  frame('unknown EtherType to the neighbour', toNeighbour, (_at, mark) => plain(mark)),
  frame('unknown EtherType to the gateway', toGateway, (_at, mark) => plain(mark)),
  frame('unknown EtherType to everybody', everybody, (_at, mark) => plain(mark)),
  frame('IEEE 802.3 with LLC', toNeighbour, (_at, mark) => counted(`f0f003${mark}${zeros(36)}`)),
  frame('IEEE 802.3 with nothing (IPX)', everybody, (_at, mark) =>
    counted(`ffff${mark}${zeros(37)}`),
  ),
];

const arpAsked = ({ self, neighbour }: Stations, mark: string): string =>
  `${arp('request', [self.mac, self.ip], ['00:00:00:00:00:00', neighbour.ip])}${mark}`;

/** VLAN tags, sizes and addresses. */
export const oddFrames: readonly NamedFrame[] = [
  frame(
    'priority tag (VLAN 0) to the neighbour',
    toNeighbour,
    (_at, mark) => `${tag(0xe000)}${plain(mark)}`,
  ),
  frame(
    'ARP request with a priority tag',
    everybody,
    (at, mark) => `${tag(0)}${arpAsked(at, mark)}`,
  ),
  frame("tag of the network's VLAN", toNeighbour, ({ vlan }, mark) => `${tag(vlan)}${plain(mark)}`),
  frame(
    "ARP request with the tag of the network's VLAN",
    everybody,
    (at, mark) => `${tag(at.vlan)}${arpAsked(at, mark)}`,
  ),
  frame('tag of another VLAN', everybody, (_at, mark) => `${tag(7)}${plain(mark)}`),
  frame('two tags', toNeighbour, ({ vlan }, mark) => `${tag(7)}${tag(vlan)}${plain(mark)}`),
  frame(
    'two tags, the outer one VLAN 0',
    toNeighbour,
    ({ vlan }, mark) => `${tag(0)}${tag(vlan)}${plain(mark)}`,
  ),
  frame(
    'two tags, the outer one of IEEE 802.1ad',
    toNeighbour,
    ({ vlan }, mark) => `${tag(7, '88a8')}${tag(vlan)}${plain(mark)}`,
  ),
  {
    name: 'runt of 14 octets',
    build: ({ self, neighbour }) => `${bare(neighbour.mac)}${bare(self.mac)}88b6`,
    knownBy: ({ self }) => `${bare(self.mac)}88b6`,
  },
  frame(
    '1500 octets behind a tag',
    toNeighbour,
    ({ vlan }, mark) => `${tag(vlan)}88b5${mark}${zeros(1489)}`,
  ),
  frame('jumbo of 9000 octets', toNeighbour, (_at, mark) => `88b5${mark}${zeros(8979)}`),
  frame(
    "to the sender's own MAC",
    ({ self }) => self.mac,
    (_at, mark) => plain(mark),
  ),
  frame(
    "to the host's end of the sender's link",
    ({ hostEnd }) => hostEnd,
    ({ self }, mark) => ipv4Packet([self.ip, '127.0.0.1'], 17, udp([53, 53], mark)),
  ),
  frame('to MAC 00:00:00:00:00:00', '00:00:00:00:00:00', (_at, mark) => plain(mark)),
  frame('to the MAC of Faucet', '0e:00:00:00:00:01', (_at, mark) => plain(mark)),
  from('from a group MAC', () => '01:00:5e:00:00:09'),
  from('from MAC 00:00:00:00:00:00', () => '00:00:00:00:00:00'),
  from('from the MAC of Faucet', () => '0e:00:00:00:00:01'),
  from('from a MAC that nobody has', () => '0e:00:00:00:00:77'),
  from("from the gateway's MAC", toGateway),
  from("from the neighbour's MAC", toNeighbour),
];

function from(name: string, mac: (at: Stations) => string): NamedFrame {
  return { name, build: (at, mark) => `${bare(everybody)}${bare(mac(at))}${plain(mark)}` };
}
