import { createHash } from 'node:crypto';
import { macFromAddress } from '@dovesnap/netns';
import { shortEngineId } from './engine-id.ts';

/** Owner of our iptables chains. */
export const natOwner = 'DOVESNAP';

/** The ACL that every port without one of its own carries, so that the first real one does not reshape the pipeline. */
export const allowAllAcl = 'dovesnap-allow-all';

/** Start of the names of ACLs that are made from others, for networks whose containers are kept apart. */
const isolatedStart = 'dovesnap-isolated-';

/**
 * Names the ACL of an isolated network that is made from one of the operator's; without one, that which comes before all
 * of them.
 */
export function isolatedAcl(networkId: string, acl?: string): string {
  return `${isolatedStart}${networkId.slice(0, 12)}${acl === undefined ? '' : `-${acl}`}`;
}

/** Whether a name is one that {@link isolatedAcl} makes, for any network. */
export function isIsolatedAcl(name: string): boolean {
  return name.startsWith(isolatedStart);
}

/** OpenFlow number of a bridge's own port (OFPP_LOCAL, OpenFlow 1.3 section 7.2.1). */
export const localOfPort = 4294967294;

/** The same port as Open vSwitch numbers it (OFPP_LOCAL, OpenFlow 1.0). */
export const localSwitchPort = 65534;

/** Which of the two name pairs of a port is in use: a port is made anew beside the old one, so the names alternate. */
export type Generation = 'a' | 'b';

/** Names of the two ends of the veth behind one port: network, number and generation; 15 characters is the limit. */
export function vethNames(
  networkId: string,
  ofPort: number,
  generation: Generation,
): { hostLink: string; peerLink: string } {
  const suffix = `${networkId.slice(0, 7)}${ofPort.toString().padStart(4, '0')}${generation}`;
  return { hostLink: `ods${suffix}`, peerLink: `odc${suffix}` };
}

/** Reads the name of a host end made by {@link vethNames}. */
export function parseHostLink(
  name: string,
): { networkIdStart: string; ofPort: number; generation: Generation } | undefined {
  const match = /^ods([0-9a-f]{7})([0-9]{4})([ab])$/.exec(name);
  if (match === null) return undefined;
  const generation = match[3] === 'a' ? 'a' : 'b';
  return { networkIdStart: match[1] ?? '', ofPort: Number(match[2]), generation };
}

/** Whether it is the name of one of the two ends of such a veth. */
export function isVethName(name: string): boolean {
  return /^od[cs][0-9a-f]{7}[0-9]{4}[ab]$/.test(name);
}

/** Whether it is one of a network with this id. */
export function isVethOf(networkId: string, name: string): boolean {
  return isVethName(name) && name.slice(3, 10) === networkId.slice(0, 7);
}

/** Datapath id of a network that was given none: from host and network, so that two hosts never share one. */
export function deriveDpid(engineId: string, networkId: string): bigint {
  const digest = createHash('sha256').update(`${engineId}\n${networkId}`).digest();
  const value = digest.readBigUInt64BE(0);
  return value === 0n ? 1n : value;
}

/**
 * MAC of a container that Docker gave none: from network and address, so that whoever gets the address next has the
 * same MAC and no neighbour keeps a wrong one. Without an address, from the container's name.
 */
export function deriveMac(networkId: string, from: { address: string } | { name: string }): string {
  if ('address' in from && from.address.includes('.'))
    return macFromAddress(networkId, from.address);
  const digest = createHash('sha256').update(JSON.stringify(from)).digest();
  return macFromAddress(networkId, [...digest.subarray(0, 4)].join('.'));
}

/** Mark in the description of a datapath that we made: whose it is. */
export function dpMark(engineId: string, networkId: string): string {
  return `dovesnap ${networkId.slice(0, 12)} on ${engineId}`;
}

/** Mark in the description of a VLAN on whose output we have put an ACL. */
export function vlanMark(engineId: string): string {
  return `acls_out by dovesnap on ${engineId}`;
}

/** Reads a mark made by {@link dpMark}. */
export function parseDpMark(text: string): { network: string; engine: string } | undefined {
  const match = /^dovesnap ([0-9a-f]{12}) on (\S+)$/.exec(text);
  return match === null ? undefined : { network: match[1] ?? '', engine: match[2] ?? '' };
}

/** What an interface of faucet.yaml says of the container behind it: name and start of the id, as dashboards expect. */
export function portDescription(container: { name: string; id: string } | undefined): string {
  return container === undefined ? 'dovesnap' : `/${container.name} ${container.id.slice(0, 5)}`;
}

/** Whether a description is one that {@link portDescription} makes. */
export function isPortDescription(text: string): boolean {
  return text === 'dovesnap' || /^\/\S+ [0-9a-f]{5}$/.test(text);
}

/** What an interface of faucet.yaml says when it is a network's link to the mirror. */
export const mirrorLinkDescription = 'dovesnap mirror';

/** Name of the bridge of an engine that copies of frames leave through. */
export function mirrorBridgeName(engineId: string): string {
  return `odsmir${shortEngineId(engineId)}`.slice(0, 15);
}

/** Names of the two patch ports between a network's bridge and the mirror bridge. */
export function mirrorLinkNames(networkId: string): { onNetwork: string; onMirror: string } {
  const start = networkId.slice(0, 11);
  return { onNetwork: `odm${start}n`, onMirror: `odm${start}m` };
}

/** Whether a port is one that {@link mirrorLinkNames} names. */
export function isMirrorLinkName(name: string): boolean {
  return /^odm[0-9a-f]{11}[nm]$/.test(name);
}
