import { BlockList, isIP, SocketAddress } from 'node:net';
import { NatError } from './error.ts';
import type { Family, NatNetwork, PublishedPort, WantedNat } from './types.ts';

/** Returns the family of an address or subnet. */
export function familyOf(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

/** Returns whether a subnet contains an address. Both must be valid according to {@link checkWanted}. */
export function contains(subnet: string, address: string): boolean {
  const [network = '', length] = subnet.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(length), familyOf(network));
  return familyOf(network) === familyOf(address) && list.check(address, familyOf(address));
}

/**
 * Checks that iptables prints every value back unchanged.
 * @throws NatError `BAD_VALUE`
 */
export function checkWanted(wanted: WantedNat): void {
  checkOwner(wanted.owner);
  for (const network of wanted.networks) checkNetwork(network);
  for (const port of wanted.published ?? []) checkPublished(port);
  const bridges = wanted.networks.map(({ bridge }) => bridge);
  const twice = bridges.find((bridge, index) => bridges.indexOf(bridge) !== index);
  if (twice !== undefined) throw bad(`two networks on bridge ${twice}`);
}

/**
 * Checks the name of an owner.
 * @throws NatError `BAD_VALUE` unless it is 1 to 12 of `A-Z0-9_`.
 */
export function checkOwner(owner: string): void {
  if (!/^[A-Z0-9_]{1,12}$/.test(owner)) throw bad(`not an owner's name: ${JSON.stringify(owner)}`);
}

function checkNetwork({ bridge, subnets }: NatNetwork): void {
  // A trailing + would be a wildcard for iptables.
  if (!/^(?![-!])[A-Za-z0-9_.=,~^+-]{0,14}[A-Za-z0-9_.=,~^-]$/.test(bridge)) {
    throw bad(`not the name of a bridge: ${JSON.stringify(bridge)}`);
  }
  for (const subnet of subnets) {
    if (!isSubnet(subnet)) throw bad(`not a subnet in canonical form: ${JSON.stringify(subnet)}`);
  }
}

function checkPublished({ host, to }: PublishedPort): void {
  for (const port of [host.port, to.port]) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw bad(`not a port: ${port}`);
  }
  for (const address of [to.address, host.address ?? to.address]) {
    if (!isCanonical(address)) throw bad(`not a canonical address: ${JSON.stringify(address)}`);
  }
  if (host.address !== undefined && familyOf(host.address) !== familyOf(to.address)) {
    throw bad(`${host.address} and ${to.address} are not of one family`);
  }
}

function isSubnet(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  if (!isCanonical(address) || !/^[1-9]\d{0,2}$/.test(length) || rest.length > 0) return false;
  const longest = familyOf(address) === 'ipv4' ? 32 : 128;
  return Number(length) <= longest && hasNoHostBits(address, Number(length));
}

function isCanonical(text: string): boolean {
  if (isIP(text) === 0 || text.includes('%')) return false;
  return new SocketAddress({ address: text, family: familyOf(text) }).address === text;
}

function hasNoHostBits(address: string, length: number): boolean {
  const bits = familyOf(address) === 'ipv4' ? ipv4Bits(address) : ipv6Bits(address);
  return !bits.slice(length).includes('1');
}

function ipv4Bits(address: string): string {
  return address
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
}

function ipv6Bits(address: string): string {
  const hextets = (text: string): string[] =>
    text === ''
      ? []
      : text.split(':').map((hex) => Number.parseInt(hex, 16).toString(2).padStart(16, '0'));
  const [head = '', tail] = address.split('::');
  const [before, after] = [hextets(head), hextets(tail ?? '')];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array(gap).fill('0'.repeat(16)), ...after].join('');
}

function bad(message: string): NatError {
  return new NatError('BAD_VALUE', message);
}
