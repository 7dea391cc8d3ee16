import {
  type AddressSettings,
  addAddress,
  addRoute,
  type Change,
  type Link,
  type LinkAddress,
  type MergingFeature,
  planAddresses,
  planRoutes,
  type Route,
  type RouteSpec,
  removeAddress,
  removeRoute,
  sealLink,
  setLink,
  setMerging,
  unsealLink,
} from '@dovesnap/netns';
import { parseCidr } from '../../domain/cidr.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { TakenAddress, TakenDevice, TakenRoute } from '../../domain/other-ports.ts';

/** What is around a host interface, besides what `ip` shows of it. */
export interface Around {
  readonly routes: readonly Route[];
  readonly merging: readonly MergingFeature[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What to remember of a host interface before a network takes it. */
export function takenDevice(link: Link, { routes, merging, now }: Around): TakenDevice {
  return { ...hadBy(link, routes, now), merging };
}

/** What it has that can be moved, and what it is. */
export function hadBy(
  link: Link,
  routes: readonly Route[],
  now: number,
): Omit<TakenDevice, 'merging'> {
  return {
    ifindex: link.ifindex,
    mac: link.mac,
    mtu: link.mtu,
    addresses: ownAddresses(link).map((item) => toTaken(item, now)),
    routes: routes
      .filter((route) => route.link === link.name && route.type === 'unicast')
      .filter((route) => !isMadeByAddress(route, link))
      .map((route) => toTakenRoute(route, now)),
  };
}

/**
 * The changes that leave a device to the switch. On a userspace bridge the host's own stack hears every frame too, and the
 * switch loses what the device has merged; on the kernel's datapath a seal would take the frames from the switch.
 */
export function closeDevice(bridge: Pick<NetworkSpec, 'userspace'>, name: string): Change[] {
  return bridge.userspace ? [sealLink(name), setMerging(name, [])] : [];
}

/**
 * The changes that make an interface a mere port of a bridge. Its addresses go: from now on who answers under them is
 * behind the switch.
 */
export function takeDevice(bridge: Pick<NetworkSpec, 'userspace'>, link: Link): Change[] {
  return [
    ...closeDevice(bridge, link.name),
    ...planAddresses(link, [], { exact: true }),
    setLink(link.name, { up: true }),
  ];
}

/** The changes that make an interface the host's again, up and with the addresses and routes that it had. */
export function giveDeviceBack(
  bridge: Pick<NetworkSpec, 'userspace'>,
  link: Link,
  taken: TakenDevice,
  { routes, now }: { readonly routes: readonly Route[]; readonly now: number },
): Change[] {
  return [
    ...(bridge.userspace ? [unsealLink(link.name)] : []),
    setLink(link.name, { up: true }),
    ...moveDevice(taken, { from: undefined, to: link, routes, now }),
    ...(bridge.userspace ? [setMerging(link.name, taken.merging)] : []),
  ];
}

/** From which link to which what was taken moves, among which routes, when. */
export interface Move {
  /** undefined: it is on no link any more. */
  readonly from: Link | undefined;
  readonly to: Link;
  readonly routes: readonly Route[];
  /** Milliseconds since the epoch: what has run out stays away. */
  readonly now: number;
}

/**
 * The changes that move addresses and routes from one link to another, for one `ip -batch`. An address is on both links
 * for a moment, a route on none for the microseconds between two lines: open connections live through both. IPv6
 * addresses are not probed for again: they have been the host's all the time.
 */
export function moveDevice(taken: TakenDevice, { from, to, routes, now }: Move): Change[] {
  const addresses = taken.addresses.filter((item) => isAlive(item, now));
  const alive = taken.routes.filter((item) => isAlive(item, now));
  const there = new Set(to.addresses.map(textOf));
  const here = new Set(from?.addresses.map(textOf));
  const missing = addresses.filter((item) => !there.has(item.address));
  const surplus = addresses.filter((item) => here.has(item.address)).reverse();
  return [
    ...(to.up || missing.length + alive.length === 0 ? [] : [setLink(to.name, { up: true })]),
    ...missing.map(({ address, ...item }) =>
      addAddress(to.name, address, settingsOn(to, { address, ...item }, now)),
    ),
    ...alive.flatMap((route) => moveRoute(route, { from, to, routes, now })),
    ...surplus.map(({ address, peer }) =>
      removeAddress(from?.name ?? '', address, peer === undefined ? {} : { peer }),
    ),
  ];
}

function moveRoute(taken: TakenRoute, { from, to, routes, now }: Move): Change[] {
  const { validUntil, ...route } = taken;
  const { destination, via, table, source, metric, family } = route;
  const old: RouteSpec = { destination, via, table, source, metric, family, link: from?.name };
  const wanted = { ...route, link: to.name, ...expiry(validUntil, now) };
  return [
    ...(from !== undefined && isThere(old, from.name, routes) ? [removeRoute(old)] : []),
    ...(isThere(route, to.name, routes) ? [] : [addRoute(wanted, { append: true })]),
  ];
}

/** Whether a route leads through a link. */
export function isThere(route: RouteSpec, link: string, routes: readonly Route[]): boolean {
  return planRoutes(routes, [{ ...route, link }]).length === 0;
}

function expiry(validUntil: number | undefined, now: number): Pick<RouteSpec, 'expires'> {
  return validUntil === undefined ? {} : { expires: secondsUntil(validUntil, now) };
}

/** What kernel makes by itself for a link comes again by itself. */
function ownAddresses(link: Link): readonly LinkAddress[] {
  return link.addresses.filter((item) => item.scope !== 'link' || item.family === 'ipv4');
}

/** An address with its prefix length, as one text. */
export function textOf({ address, prefixLength }: LinkAddress): string {
  return `${address}/${prefixLength}`;
}

function toTaken(found: LinkAddress, now: number): TakenAddress {
  const { scope, family, peer, broadcast, label, metric, noPrefixRoute } = found;
  return {
    address: textOf(found),
    peer,
    broadcast,
    label,
    metric,
    noPrefixRoute,
    scope: family === 'ipv4' && (scope === 'link' || scope === 'host') ? scope : undefined,
    ...untilOf(found, now),
  };
}

/** When an address ceases to be preferred, and to be valid. */
export function untilOf(
  { validLifetime, preferredLifetime }: LinkAddress,
  now: number,
): Pick<TakenAddress, 'validUntil' | 'preferredUntil'> {
  const until = (seconds: number | undefined) => seconds && now + seconds * 1000;
  return { validUntil: until(validLifetime), preferredUntil: until(preferredLifetime) };
}

/** A label begins with the name of its link, so it holds on that one only. */
function settingsOn(link: Link, taken: TakenAddress, now: number): AddressSettings {
  const { address, validUntil, preferredUntil, label, ...rest } = taken;
  return {
    ...rest,
    ...(address.includes(':') ? { nodad: true } : {}),
    ...(label?.startsWith(link.name) === true ? { label } : {}),
    ...(validUntil === undefined ? {} : { validLifetime: secondsUntil(validUntil, now) }),
    ...(preferredUntil === undefined
      ? {}
      : { preferredLifetime: secondsUntil(preferredUntil, now) }),
  };
}

function toTakenRoute(found: Route, now: number): TakenRoute {
  const { destination, via, link, table, source, metric, family } = found;
  const { protocol, scope, onlink, mtu, expires } = found;
  const validUntil = expires === undefined ? undefined : now + expires * 1000;
  return {
    ...{ destination, via, link, table, source, metric, family },
    ...{ protocol, scope, onlink, mtu, validUntil },
  };
}

function isAlive(
  { validUntil }: { readonly validUntil?: number | undefined },
  now: number,
): boolean {
  return validUntil === undefined || secondsUntil(validUntil, now) > 0;
}

function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.round((time - now) / 1000));
}

/** Whether the kernel makes it with one of the link's addresses, and so makes it again. */
function isMadeByAddress(route: Route, link: Link): boolean {
  if (route.protocol !== 'kernel') return false;
  const prefix = prefixOf(route.destination);
  return link.addresses.some(
    ({ address, peer, prefixLength, noPrefixRoute }) =>
      noPrefixRoute !== true && prefixOf(`${peer ?? address}/${prefixLength}`) === prefix,
  );
}

/** One text for one prefix; `ip` leaves the length of a host's out. */
function prefixOf(text: string): string {
  const cidr = parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
  return cidr === undefined ? text : `${cidr.network}/${cidr.prefix}`;
}
