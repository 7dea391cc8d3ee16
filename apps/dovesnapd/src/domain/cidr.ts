import { Address4, Address6 } from 'ip-address';

/** An address with its prefix length, canonical. */
export interface Cidr {
  readonly family: 'ipv4' | 'ipv6';
  /** Without prefix length. */
  readonly address: string;
  readonly prefix: number;
  /** The address with all host bits zero, without prefix length. */
  readonly network: string;
}

/** Reads `10.9.0.1/24` or `fd00::1/64`; without a prefix length the whole address counts. undefined when it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  // A zone (`fe80::1%eth0`) is dropped by the parser; it has no place in a network.
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

/** Whether an address lies in a pool of its own family. */
export function contains(pool: Cidr, address: Cidr): boolean {
  if (pool.family !== address.family) return false;
  return parseCidr(`${address.address}/${pool.prefix}`)?.network === pool.network;
}
