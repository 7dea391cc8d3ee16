/** Octets as hex. */
export type Hex = string;

/** The MAC address of everybody. */
export const everybody = 'ff:ff:ff:ff:ff:ff';

/** A number as so many octets. */
export function octets(value: number, count: number): Hex {
  return value.toString(16).padStart(2 * count, '0');
}

/** An Ethernet frame: destination, source, and all that follows from the EtherType, or a length, on. */
export function ethernet(to: string, from: string, rest: Hex): Hex {
  return `${bare(to)}${bare(from)}${rest}`;
}

/** The octets of a MAC address. */
export function bare(mac: string): Hex {
  return mac.replaceAll(':', '');
}

/** EtherType and body of ARP (RFC 826); addresses of hardware are MACs. */
export function arp(
  operation: 'request' | 'reply',
  sender: readonly [mac: string, ip: string],
  target: readonly [mac: string, ip: string],
): Hex {
  const [senderMac, targetMac] = [sender[0], target[0]].map(bare);
  const code = operation === 'request' ? '0001' : '0002';
  return `0806000108000604${code}${senderMac}${ipv4(sender[1])}${targetMac}${ipv4(target[1])}`;
}

/** What an IPv4 packet may say besides its payload (RFC 791). */
export interface Ipv4Options {
  /** Flags and fragment offset, 16 bits; 0x2000 means that more fragments follow. Default 0. */
  readonly fragment?: number;
  readonly ttl?: number;
  /** Options of the header, a multiple of 4 octets. */
  readonly options?: Hex;
}

/** EtherType and packet of IPv4. */
export function ipv4Packet(
  [from, to]: readonly [from: string, to: string],
  protocol: number,
  payload: Hex,
  { fragment = 0, ttl = 64, options = '' }: Ipv4Options = {},
): Hex {
  const words = 5 + options.length / 8;
  const total = octets(words * 4 + payload.length / 2, 2);
  const head = `4${words.toString(16)}00${total}0001${octets(fragment, 2)}${octets(ttl, 1)}${octets(protocol, 1)}`;
  const rest = `${ipv4(from)}${ipv4(to)}${options}`;
  return `0800${head}${checksum(`${head}${rest}`)}${rest}${payload}`;
}

/** EtherType and packet of IPv6 (RFC 8200); `next` says what the payload begins with. */
export function ipv6Packet(
  [from, to]: readonly [from: string, to: string],
  next: number,
  payload: Hex,
  hops = 64,
): Hex {
  const length = octets(payload.length / 2, 2);
  return `86dd60000000${length}${octets(next, 1)}${octets(hops, 1)}${ipv6(from)}${ipv6(to)}${payload}`;
}

/** A TCP segment that opens a connection; its checksum is left 0, which no switch looks at. */
export function tcpSyn([from, to]: readonly [from: number, to: number], payload: Hex): Hex {
  return `${octets(from, 2)}${octets(to, 2)}00000001000000005002ffff00000000${payload}`;
}

/** Octets of an IPv4 address. */
export function ipv4(address: string): Hex {
  return address
    .split('.')
    .map((part) => octets(Number(part), 1))
    .join('');
}

/** Octets of an IPv6 address. */
export function ipv6(address: string): Hex {
  const [left = [], right] = address
    .split('::')
    .map((half) => half.split(':').filter((part) => part !== ''));
  const missing = Math.max(0, 8 - left.length - (right?.length ?? 0));
  return [...left, ...Array(missing).fill('0'), ...(right ?? [])]
    .map((part: string) => part.padStart(4, '0'))
    .join('');
}

/** The Internet checksum (RFC 1071). */
function checksum(data: Hex): Hex {
  const words = data.padEnd(Math.ceil(data.length / 4) * 4, '0').match(/.{4}/g) ?? [];
  let sum = words.reduce((total, word) => total + Number.parseInt(word, 16), 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return octets(0xffff - sum, 2);
}
/** A UDP datagram without a checksum. */
export function udp([from, to]: readonly [from: number, to: number], payload: Hex): Hex {
  return `${octets(from, 2)}${octets(to, 2)}${octets(8 + payload.length / 2, 2)}0000${payload}`;
}

/** An ICMP or ICMPv6 message; the checksum of ICMPv6, which covers addresses too, is left 0. */
export function icmp(type: number, code: number, body: Hex, family: 4 | 6 = 4): Hex {
  const start = `${octets(type, 1)}${octets(code, 1)}`;
  return `${start}${family === 4 ? checksum(`${start}${body}`) : '0000'}${body}`;
}
