import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { NetnsError } from './error.ts';

/**
 * Parses a MAC address in any form that `ip link` accepts: six hexadecimal numbers up to ff, separated by colons, in
 * upper or lower case, with leading zeros or `0x` (iproute2 6.1.0, lib/ll_addr.c, reads each with `%x`).
 *
 * @throws NetnsError `BAD_VALUE`
 */
export function parseMac(text: string): Uint8Array {
  const groups = text.split(':');
  if (groups.length !== 6 || !groups.every((group) => /^(0x)?0*[0-9a-f]{1,2}$/i.test(group))) {
    throw new NetnsError('BAD_VALUE', `not a MAC address: ${JSON.stringify(text)}`);
  }
  return Uint8Array.from(groups, (group) => Number.parseInt(group, 16));
}

/** Formats a MAC address as `ip link` prints it: lower case, two digits per group. */
export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/**
 * Returns whether a link may have this MAC address: it is valid, not all zero, and not a group address (IEEE 802 I/G
 * bit 0).
 */
export function isUnicastMac(text: string): boolean {
  try {
    const bytes = parseMac(text);
    return ((bytes[0] ?? 1) & 1) === 0 && bytes.some((byte) => byte !== 0);
  } catch {
    return false;
  }
}

/**
 * Returns the MAC address for an IPv4 address in a network. It is deterministic: `02`, one byte of a hash of the
 * network's id, and the four bytes of the address. It is locally administered (IEEE 802 U/L bit), so it never conflicts
 * with a vendor's address. When an IPv4 address is reused, existing ARP entries for it stay valid.
 *
 * @throws NetnsError `BAD_VALUE` when `ipv4` is not a dotted IPv4 address without prefix length.
 */
export function macFromAddress(networkId: string, ipv4: string): string {
  if (!isIPv4(ipv4)) throw new NetnsError('BAD_VALUE', `not an IPv4 address: ${ipv4}`);
  const [hash = 0] = createHash('sha256').update(networkId).digest();
  return formatMac(Uint8Array.from([2, hash, ...ipv4.split('.').map(Number)]));
}

/**
 * Replaces the first bytes of a MAC address. The prefix has 1 to 5 bytes, `0e:99` or `0e99`.
 *
 * @throws NetnsError `BAD_VALUE` for any other prefix, or one that results in a group address.
 */
export function applyMacPrefix(mac: string, prefix: string): string {
  const colons = /^[0-9a-f]{2}(:[0-9a-f]{2}){0,4}$/i.test(prefix);
  const plain = /^([0-9a-f]{2}){1,5}$/i.test(prefix);
  if (!colons && !plain) {
    const message = `not a MAC prefix of 1 to 5 bytes like 0e:99: ${JSON.stringify(prefix)}`;
    throw new NetnsError('BAD_VALUE', message);
  }
  const first = Buffer.from(prefix.replaceAll(':', ''), 'hex');
  const result = formatMac(Uint8Array.from([...first, ...parseMac(mac).subarray(first.length)]));
  if (isUnicastMac(result)) return result;
  throw new NetnsError('BAD_VALUE', `the MAC prefix ${prefix} gives a multicast or zero address`);
}
