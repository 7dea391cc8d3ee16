import { isIP, SocketAddress } from 'node:net';
import { NetnsError } from './error.ts';

/** IP version. */
export type Family = 'ipv4' | 'ipv6';

/** An address with its prefix length, in canonical text. */
export interface Cidr {
  readonly family: Family;
  readonly address: string;
  readonly prefixLength: number;
}

/**
 * Parses an address. Returns its family and canonical text (as printed by inet_ntop(3) and therefore by `ip`).
 * @throws NetnsError `BAD_VALUE`
 */
export function parseAddress(text: string): { readonly family: Family; readonly address: string } {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) {
    throw new NetnsError('BAD_VALUE', `not an IP address: ${JSON.stringify(text)}`);
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return { family, address: new SocketAddress({ address: text, family }).address };
}

/**
 * Parses `10.9.0.2/24`. Without a prefix length the address is a single host.
 * @throws NetnsError `BAD_VALUE`
 */
export function parseCidr(text: string): Cidr {
  const [host = '', length, ...rest] = text.split('/');
  const { family, address } = parseAddress(host);
  const longest = family === 'ipv4' ? 32 : 128;
  const prefixLength = length === undefined ? longest : Number(length);
  const fits = length === undefined || (/^\d{1,3}$/.test(length) && prefixLength <= longest);
  if (!fits || rest.length > 0) {
    throw new NetnsError(
      'BAD_VALUE',
      `not an address with a prefix length: ${JSON.stringify(text)}`,
    );
  }
  return { family, address, prefixLength };
}

/** Formats `10.9.0.2/24`. */
export function formatCidr(cidr: Omit<Cidr, 'family'>): string {
  return `${cidr.address}/${cidr.prefixLength}`;
}
