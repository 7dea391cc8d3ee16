import {
  arp,
  ethernet,
  everybody,
  type Hex,
  ipv4Packet,
  ipv6Packet,
  octets,
  tcpSyn,
} from './packets.ts';

/** A controller that is not on the host. */
export const remoteController = { address: '192.0.2.9', port: 6653 };

const controllers = [
  { address: '127.0.0.1', port: 6653 },
  { address: '127.0.0.1', port: 6654 },
  remoteController,
] as const;

const [own, other] = ['192.0.2.20', '192.0.2.21'];
const [own6, other6] = ['fd00::20', 'fd00::21'];
const nobody = '00:00:00:00:00:00';

/** What ends a frame of these tests, so that it is known wherever it turns up. */
export const marker: Hex = Buffer.from('dovesnap past every ACL').toString('hex');

/**
 * Frames that in-band control forwards (ovs `ofproto/in-band.c`), and their like for IPv6, from a MAC to another one and
 * to everybody.
 */
export function inBandFrames(from: string, to: string, bridge: string): readonly Hex[] {
  const bodies = controllers.flatMap(({ address, port }) => [
    arp('request', [from, address], [nobody, other]),
    arp('request', [from, own], [nobody, address]),
    arp('reply', [from, address], [to, other]),
    arp('reply', [from, own], [to, address]),
    ipv4Packet([own, address], 6, tcpSyn([40_000, port], marker)),
    ipv4Packet([address, other], 6, tcpSyn([port, 40_000], marker)),
    ipv6Packet([own6, '::1'], 6, tcpSyn([40_000, port], marker)),
    ipv6Packet(['::1', other6], 6, tcpSyn([port, 40_000], marker)),
  ]);
  const plain = [to, everybody].flatMap((target) =>
    bodies.map((body) => ethernet(target, from, body)),
  );
  const asBridge = [
    ethernet(everybody, bridge, arp('request', [bridge, own], [nobody, other])),
    ethernet(bridge, from, arp('reply', [from, own], [bridge, other])),
  ];
  return [...plain, ...asBridge].map((frame, index) => `${frame}${marker}${octets(index, 2)}`);
}
