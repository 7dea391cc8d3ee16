import { isIPv4, isIPv6 } from 'node:net';

const macForms = [
  /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i,
  /^(?:[0-9a-f]{1,2}-){5}[0-9a-f]{1,2}$/i,
  /^(?:[0-9a-f]{1,4}:){2}[0-9a-f]{1,4}$/i,
  /^(?:[0-9a-f]{1,4}-){2}[0-9a-f]{1,4}$/i,
  /^(?:[0-9a-f]{1,4}\.){2}[0-9a-f]{1,4}$/i,
  /^[0-9a-f]{5,6}[-:][0-9a-f]{5,6}$/i,
  /^[0-9a-f]{11,12}$/i,
];

/** Returns whether Faucet accepts a text as a MAC address: the spellings that netaddr 1.3 knows. */
export function isMac(text: string): boolean {
  return macForms.some((form) => form.test(text));
}

/** Parses an address into a number and its number of bits. Undefined if it is not an address. */
export function parseAddress(text: string): { value: bigint; bits: 32 | 128 } | undefined {
  if (isIPv4(text)) {
    const parts = text.split('.');
    return { value: parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n), bits: 32 };
  }
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const mapped = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain =
    mapped === null
      ? text
      : `${mapped[1]}${word(mapped[2], mapped[3])}:${word(mapped[4], mapped[5])}`;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const words = [...left, ...Array.from({ length: gap }, () => '0'), ...right];
  return { value: words.reduce((sum, part) => (sum << 16n) + BigInt(`0x${part}`), 0n), bits: 128 };
}

function word(high = '0', low = '0'): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

/** An address and its network. */
export interface InterfaceAddress {
  readonly value: bigint;
  readonly bits: 32 | 128;
  readonly prefix: number;
}

/** Parses `address/length` or `address/mask`. Without a length, it is a host address. Undefined if it is neither. */
export function parseInterface(text: string): InterfaceAddress | undefined {
  const [address = '', length, ...more] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined || more.length > 0) return undefined;
  if (length === undefined) return { ...parsed, prefix: parsed.bits };
  if (/^\d+$/.test(length)) {
    const prefix = Number(length);
    return prefix <= parsed.bits ? { ...parsed, prefix } : undefined;
  }
  const mask = parsed.bits === 32 ? parseAddress(length) : undefined;
  const prefix = mask === undefined ? undefined : prefixOfMask(mask.value);
  return prefix === undefined ? undefined : { ...parsed, prefix };
}

function prefixOfMask(mask: bigint): number | undefined {
  const text = mask.toString(2).padStart(32, '0');
  // Python's ipaddress reads a mask that starts with zeros as a wildcard mask
  const form = /^(1*)(0*)$/.exec(text) ?? /^(0+)(1*)$/.exec(text);
  return form === null ? undefined : (form[1] ?? '').length;
}

/** Returns the network part of an address. */
export function networkOf(address: InterfaceAddress): bigint {
  return address.value >> BigInt(address.bits - address.prefix);
}

/** Returns whether all bits after the prefix are zero, as required for a network. */
export function isNetwork(address: InterfaceAddress): boolean {
  const host = BigInt(address.bits - address.prefix);
  return (address.value >> host) << host === address.value;
}

/** Returns whether an address is in a network. */
export function holds(network: InterfaceAddress, address: InterfaceAddress): boolean {
  if (network.bits !== address.bits) return false;
  return networkOf(network) === networkOf({ ...address, prefix: network.prefix });
}
