import type { YamlValue } from '../types.ts';
import { isNetwork, parseInterface } from './addresses.ts';
import { oldMatchFields } from './key-tables.ts';

/** Names that `ovs-ofctl` uses for Ethernet types and for the protocols above them, by number. */
const shorthands: Readonly<
  Record<number, { name: string; protocols: Readonly<Record<number, string>> }>
> = {
  2048: { name: 'ip', protocols: { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' } },
  34525: { name: 'ipv6', protocols: { 58: 'icmp6', 6: 'tcp6', 17: 'udp6', 132: 'sctp6' } },
  2054: { name: 'arp', protocols: {} },
  32821: { name: 'rarp', protocols: {} },
};

const numberNames: Readonly<Record<string, string>> = {
  tcp_src: 'tp_src',
  tcp_dst: 'tp_dst',
  udp_src: 'tp_src',
  udp_dst: 'tp_dst',
  sctp_src: 'tp_src',
  sctp_dst: 'tp_dst',
  icmpv4_type: 'icmp_type',
  icmpv4_code: 'icmp_code',
  icmpv6_type: 'icmp_type',
  icmpv6_code: 'icmp_code',
  arp_op: 'arp_op',
  vlan_vid: 'dl_vlan',
};

const addressNames: Readonly<Record<string, string>> = {
  ipv4_src: 'nw_src',
  ipv4_dst: 'nw_dst',
  arp_spa: 'arp_spa',
  arp_tpa: 'arp_tpa',
  ipv6_src: 'ipv6_src',
  ipv6_dst: 'ipv6_dst',
};

const macNames: Readonly<Record<string, string>> = { eth_src: 'dl_src', eth_dst: 'dl_dst' };

/** Any VLAN tag: OFPVID_PRESENT, with itself as the mask (OpenFlow 1.3, section 7.2.3.7). */
const anyTag = '0x1000/0x1000';

/**
 * Returns the matches of a rule as `ovs-ofctl dump-flows` of Open vSwitch 3.1 prints them, sorted, without `in_port`.
 * Undefined if it is not known how a field or a spelling is printed.
 */
export function printedMatch(match: Readonly<Record<string, YamlValue>>): string[] | undefined {
  const fields = new Map<string, YamlValue>();
  for (const [key, value] of Object.entries(match)) fields.set(oldMatchFields[key] ?? key, value);
  // Faucet sets the port itself
  fields.delete('in_port');
  const terms = protocolTerms(fields);
  for (const [field, value] of fields) {
    if (field === 'eth_type' || field === 'ip_proto') continue;
    terms?.push(printedField(field, value) ?? '');
  }
  return terms === undefined || terms.includes('') ? undefined : terms.sort();
}

function protocolTerms(fields: ReadonlyMap<string, YamlValue>): string[] | undefined {
  const type = toNumber(fields.get('eth_type'));
  const protocol = toNumber(fields.get('ip_proto'));
  if (fields.has('eth_type') && type === undefined) return undefined;
  if (fields.has('ip_proto') && protocol === undefined) return undefined;
  if (type === undefined) return protocol === undefined ? [] : undefined;
  const known = shorthands[type];
  if (known === undefined) {
    return type < 0x600 || type > 0xffff
      ? undefined
      : [`dl_type=0x${type.toString(16).padStart(4, '0')}`];
  }
  if (protocol === undefined) return [known.name];
  const short = known.protocols[protocol];
  return short === undefined ? [known.name, `nw_proto=${protocol}`] : [short];
}

function printedField(field: string, value: YamlValue): string | undefined {
  const number = numberNames[field];
  if (field === 'vlan_vid' && value === anyTag) return 'vlan_tci=0x1000/0x1000';
  if (number !== undefined) {
    const parsed = toNumber(value);
    return parsed === undefined || parsed > 65535 ? undefined : `${number}=${parsed}`;
  }
  const address = addressNames[field];
  const mac = macNames[field];
  if (typeof value !== 'string') return undefined;
  if (mac !== undefined) return isCanonicalMac(value) ? `${mac}=${value}` : undefined;
  const printed = address === undefined ? undefined : printedAddress(value);
  return printed === undefined ? undefined : `${address}=${printed}`;
}

function isCanonicalMac(value: string): boolean {
  const [address, mask, ...more] = value.split('/').map(octets);
  if (address === undefined || more.length > 0) return false;
  if (mask === undefined) return !value.includes('/');
  return (
    // the switch omits a mask of all ones, and clears the bits outside a mask
    mask.some((octet) => octet !== 255) &&
    mask.some((octet) => octet !== 0) &&
    address.every((octet, i) => (octet & (mask[i] ?? 0)) === octet)
  );
}

function octets(text: string): number[] | undefined {
  if (!/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text)) return undefined;
  return text.split(':').map((octet) => Number.parseInt(octet, 16));
}

function printedAddress(value: string): string | undefined {
  const parsed = parseInterface(value);
  const [text = ''] = value.split('/');
  if (parsed === undefined || parsed.prefix === 0) return undefined;
  if (parsed.bits === 128) {
    // the switch prints the shortest form of an address; other spellings are not converted here
    if (
      !isNetwork(parsed) ||
      !/^(?:[1-9a-f][0-9a-f]{0,3}:){1,6}:[1-9a-f]?[0-9a-f]{0,3}$/.test(text)
    ) {
      return undefined;
    }
    return parsed.prefix === 128 ? text : `${text}/${parsed.prefix}`;
  }
  // the switch clears the bits after the prefix
  const host = BigInt(32 - parsed.prefix);
  const network = Number((parsed.value >> host) << host);
  const dotted = [24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join('.');
  return parsed.prefix === 32 ? dotted : `${dotted}/${parsed.prefix}`;
}

function toNumber(value: YamlValue | undefined): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined;
  if (typeof value !== 'string' || !/^(?:0x[0-9a-f]+|0|[1-9][0-9]*)$/i.test(value))
    return undefined;
  return Number(value);
}
