import { createHash } from 'node:crypto';
import { macFromAddress } from '@dovesnap/netns';

/** Owner of our iptables chains. */
export const natOwner = 'DOVESNAP';

/** The ACL of every port without one of its own, so that the first real ACL does not change the pipeline. */
export const allowAllAcl = 'dovesnap-allow-all';

/** OpenFlow number of a bridge's local port (OFPP_LOCAL, OpenFlow 1.3 section 7.2.1). */
export const localOfPort = 4294967294;

/** Open vSwitch's number of the same port (OFPP_LOCAL, OpenFlow 1.0). */
export const localSwitchPort = 65534;

/** Which of the two name pairs of a port is in use. A port is rebuilt next to the old one, so the names alternate. */
export type Generation = 'a' | 'b';

/** Returns the names of the two ends of a port's veth: network, number and generation. The limit is 15 characters. */
export function vethNames(
  networkId: string,
  ofPort: number,
  generation: Generation,
): { hostLink: string; peerLink: string } {
  const suffix = `${networkId.slice(0, 7)}${ofPort.toString().padStart(4, '0')}${generation}`;
  return { hostLink: `ods${suffix}`, peerLink: `odc${suffix}` };
}

/** Parses the name of a host end from {@link vethNames}. */
export function parseHostLink(
  name: string,
): { networkIdStart: string; ofPort: number; generation: Generation } | undefined {
  const match = /^ods([0-9a-f]{7})([0-9]{4})([ab])$/.exec(name);
  if (match === null) return undefined;
  const generation = match[3] === 'a' ? 'a' : 'b';
  return { networkIdStart: match[1] ?? '', ofPort: Number(match[2]), generation };
}

/** Returns whether a name is that of either end of such a veth. */
export function isVethName(name: string): boolean {
  return /^od[cs][0-9a-f]{7}[0-9]{4}[ab]$/.test(name);
}

/** Returns whether a name is that of such a veth of the network with this id. */
export function isVethOf(networkId: string, name: string): boolean {
  return isVethName(name) && name.slice(3, 10) === networkId.slice(0, 7);
}

/**
 * Returns the datapath id of a network without a given one. It is derived from host and network, so that two hosts
 * never share one.
 */
export function deriveDpid(engineId: string, networkId: string): bigint {
  const digest = createHash('sha256').update(`${engineId}\n${networkId}`).digest();
  const value = digest.readBigUInt64BE(0);
  return value === 0n ? 1n : value;
}

/**
 * Returns the MAC of a container without a given one. It is derived from network and address, so that the next
 * container with the address has the same MAC and neighbours do not keep a wrong one. Without an address, it is derived
 * from the container's name.
 */
export function deriveMac(networkId: string, from: { address: string } | { name: string }): string {
  if ('address' in from && from.address.includes('.'))
    return macFromAddress(networkId, from.address);
  const digest = createHash('sha256').update(JSON.stringify(from)).digest();
  return macFromAddress(networkId, [...digest.subarray(0, 4)].join('.'));
}

/** Returns the mark in the description of a datapath that we created. It identifies the owner. */
export function dpMark(engineId: string, networkId: string): string {
  return `dovesnap ${networkId.slice(0, 12)} on ${engineId}`;
}

/** Returns the mark in the description of a VLAN on whose output we have put an ACL. */
export function vlanMark(engineId: string): string {
  return `acls_out by dovesnap on ${engineId}`;
}

/** Parses a mark from {@link dpMark}. */
export function parseDpMark(text: string): { network: string; engine: string } | undefined {
  const match = /^dovesnap ([0-9a-f]{12}) on (\S+)$/.exec(text);
  return match === null ? undefined : { network: match[1] ?? '', engine: match[2] ?? '' };
}

/**
 * Returns the description of a container's interface in faucet.yaml: name and start of the id, as dashboards expect.
 */
export function portDescription(container: { name: string; id: string } | undefined): string {
  return container === undefined ? 'dovesnap' : `/${container.name} ${container.id.slice(0, 5)}`;
}

/** Returns whether {@link portDescription} creates this description. */
export function isPortDescription(text: string): boolean {
  return text === 'dovesnap' || /^\/\S+ [0-9a-f]{5}$/.test(text);
}
