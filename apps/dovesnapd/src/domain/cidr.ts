import { Address4, Address6 } from 'ip-address';

/** An address and its prefix length, in canonical form. */
export interface Cidr {
  readonly family: 'ipv4' | 'ipv6';
  /** Without prefix length. */
  readonly address: string;
  readonly prefix: number;
  /** The address with all host bits set to zero, without prefix length. */
  readonly network: string;
}

/**
 * Parses `10.9.0.1/24` or `fd00::1/64`. Without a prefix length, all bits of the address count. Undefined if it is
 * neither.
 */
export function parseCidr(text: string): Cidr | undefined {
  // The parser would drop a zone (`fe80::1%eth0`), which is not allowed in a network.
  if (text.length > 64 || text.includes('%')) return undefined;
  try {
    const parsed = text.includes(':') ? new Address6(text) : new Address4(text);
    return {
      family: parsed instanceof Address6 ? 'ipv6' : 'ipv4',
      address: parsed.correctForm(),
      prefix: parsed.subnetMask,
      network: parsed.startAddress().correctForm(),
    };
  } catch {
    return undefined;
  }
}

/** Returns whether an address is in a pool of its own family. */
export function contains(pool: Cidr, address: Cidr): boolean {
  if (pool.family !== address.family) return false;
  return parseCidr(`${address.address}/${pool.prefix}`)?.network === pool.network;
}

/** Returns whether two subnets of one family share an address. */
export function overlap(one: Cidr, other: Cidr): boolean {
  return one.prefix <= other.prefix ? contains(one, other) : contains(other, one);
}
