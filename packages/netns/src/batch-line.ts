import { formatCidr, parseAddress, parseCidr } from './address.ts';
import { NetnsError } from './error.ts';
import { requireLinkName } from './link-name.ts';
import { formatMac, isUnicastMac, parseMac } from './mac.ts';
import { namespacePath } from './namespace-path.ts';
import type { AddressSettings, Change, LinkSettings, RouteSpec } from './types.ts';

/** A change made with `ip -batch`. */
export type IpChange = Exclude<
  Change,
  { kind: 'set-offload' | 'set-merging' | 'seal-link' | 'unseal-link' }
>;

/** Returns whether `ip -batch` makes this change. */
export function isIpChange(change: Change): change is IpChange {
  return !['set-offload', 'set-merging', 'seal-link', 'unseal-link'].includes(change.kind);
}

/**
 * Formats a change as one line of `ip -batch`. All values are checked here, because ip 6.1 exits at a word that it
 * cannot parse, without reporting the line.
 *
 * @throws NetnsError `BAD_VALUE`
 */
export function batchLine(change: IpChange): string {
  switch (change.kind) {
    case 'add-veth':
      return vethLine(change);
    case 'remove-link':
      return `link del dev ${requireLinkName(change.name)}`;
    case 'set-link':
      return `link set dev ${requireLinkName(change.name)}${settingWords(change.settings)}`;
    case 'add-address':
      return `address add ${addressOn(change)}${addressWords(change)}`;
    case 'remove-address':
      return `address del ${addressOn(change)}`;
    case 'add-route':
      return `route ${change.append === true ? 'append' : 'add'} ${routeWords(change.route)}`;
    case 'remove-route':
      return `route del ${routeWords(change.route)}`;
  }
}

/**
 * Formats a line that changes the lifetimes, metric and flags of an existing address.
 * @throws NetnsError `BAD_VALUE`
 */
export function changeAddressLine(change: Extract<Change, { kind: 'add-address' }>): string {
  return `address change ${addressOn(change)}${addressWords(change)}`;
}

function vethLine(change: Extract<Change, { kind: 'add-veth' }>): string {
  const end = (name: string, mac: string | undefined): string =>
    [
      `name ${requireLinkName(name)}`,
      ...(mac === undefined ? [] : [`address ${unicast(mac)}`]),
      ...(change.mtu === undefined ? [] : [`mtu ${count('mtu', change.mtu)}`]),
      ...(change.txQueueLength === undefined
        ? []
        : [`txqueuelen ${count('txQueueLength', change.txQueueLength)}`]),
    ].join(' ');
  return `link add ${end(change.name, change.mac)} type veth peer ${end(change.peer, change.peerMac)}`;
}

function settingWords(settings: LinkSettings): string {
  const words: string[] = [];
  if (settings.name !== undefined) words.push(`name ${requireLinkName(settings.name)}`);
  if (settings.mac !== undefined) words.push(`address ${unicast(settings.mac)}`);
  if (settings.mtu !== undefined) words.push(`mtu ${count('mtu', settings.mtu)}`);
  if (settings.txQueueLength !== undefined) {
    words.push(`txqueuelen ${count('txQueueLength', settings.txQueueLength)}`);
  }
  if (settings.alias !== undefined) words.push(`alias ${quoted('alias', settings.alias)}`);
  if (settings.addressGeneration !== undefined) {
    words.push(`addrgenmode ${bareWord('address generation', settings.addressGeneration)}`);
  }
  if (settings.up !== undefined) words.push(settings.up ? 'up' : 'down');
  if (settings.netns !== undefined) {
    const target = 'target' in settings.netns ? settings.netns.target : settings.netns;
    words.push(`netns ${quoted('namespace path', namespacePath(target))}`);
  }
  if (words.length === 0) throw new NetnsError('BAD_VALUE', 'setLink without any setting');
  return words.map((word) => ` ${word}`).join('');
}

function addressOn(change: {
  readonly link: string;
  readonly address: string;
  readonly peer?: string | undefined;
}): string {
  const { address, prefixLength } = parseCidr(change.address);
  const peer = change.peer === undefined ? undefined : parseAddress(change.peer).address;
  const words =
    peer === undefined ? formatCidr : (): string => `${address} peer ${peer}/${prefixLength}`;
  return `${words({ address, prefixLength })} dev ${requireLinkName(change.link)}`;
}

function addressWords(settings: AddressSettings): string {
  const { broadcast, label, scope, metric, validLifetime, preferredLifetime } = settings;
  const words: string[] = [];
  if (broadcast !== undefined) words.push(`broadcast ${parseAddress(broadcast).address}`);
  if (label !== undefined) words.push(`label ${quoted('label', label)}`);
  if (scope !== undefined) words.push(`scope ${bareWord('scope of an address', scope)}`);
  if (metric !== undefined) words.push(`metric ${count('metric', metric)}`);
  if (validLifetime !== undefined) {
    words.push(`valid_lft ${count('validLifetime', validLifetime)}`);
  }
  if (preferredLifetime !== undefined) {
    words.push(`preferred_lft ${count('preferredLifetime', preferredLifetime)}`);
  }
  if (settings.noPrefixRoute === true) words.push('noprefixroute');
  if (settings.nodad === true) words.push('nodad');
  return words.map((word) => ` ${word}`).join('');
}

function routeWords(route: RouteSpec): string {
  const via = route.via === undefined ? undefined : parseAddress(route.via);
  const source = route.source === undefined ? undefined : parseAddress(route.source);
  const family = route.family ?? via?.family ?? source?.family ?? 'ipv4';
  const everywhere = family === 'ipv4' ? '0.0.0.0/0' : '::/0';
  const destination = route.destination === 'default' ? everywhere : route.destination;
  const cidr = parseCidr(destination);
  const words = [formatCidr(cidr)];
  if (via !== undefined) {
    words.push(via.family === cidr.family ? `via ${via.address}` : `via inet6 ${via.address}`);
  }
  if (route.link !== undefined) words.push(`dev ${requireLinkName(route.link)}`);
  if (source !== undefined) words.push(`src ${source.address}`);
  if (route.table !== undefined) words.push(`table ${count('table', route.table)}`);
  if (route.metric !== undefined) words.push(`metric ${count('metric', route.metric)}`);
  if (route.protocol !== undefined)
    words.push(`proto ${bareWord('protocol of a route', route.protocol)}`);
  if (route.scope !== undefined && cidr.family === 'ipv4') {
    words.push(`scope ${bareWord('scope of a route', route.scope)}`);
  }
  if (route.mtu !== undefined) words.push(`mtu ${count('mtu', route.mtu)}`);
  if (route.expires !== undefined) words.push(`expires ${count('expires', route.expires)}`);
  if (route.onlink === true) words.push('onlink');
  return words.join(' ');
}

function bareWord(what: string, text: string): string {
  if (/^[a-z0-9]+$/.test(text)) return text;
  throw new NetnsError('BAD_VALUE', `not a ${what}: ${JSON.stringify(text)}`);
}

function unicast(mac: string): string {
  if (isUnicastMac(mac)) return formatMac(parseMac(mac));
  throw new NetnsError('BAD_VALUE', `not the MAC address of a single station: ${mac}`);
}

function count(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw new NetnsError('BAD_VALUE', `not a number for ${what}: ${value}`);
}

/**
 * Quotes a text. `ip -batch` supports quotes but no escapes, and cuts every line at `#`. The kernel stores 255 bytes of
 * an alias.
 */
function quoted(what: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (Buffer.byteLength(text) <= 255 && !/["#\\\u0000-\u001f\u007f]/.test(text)) return `"${text}"`;
  throw new NetnsError(
    'BAD_VALUE',
    `${what} cannot be given to ip -batch: ${JSON.stringify(text)}`,
  );
}
