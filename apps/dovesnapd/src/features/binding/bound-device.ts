import type { Link, Route } from '@dovesnap/netns';
import type { TakenDevice } from '../../domain/other-ports.ts';
import { hadBy, isThere, textOf, untilOf } from '../../plan/interfaces/taken-devices.ts';

/**
 * What of a bound interface is to be on the bridge's local port: what the interface itself has now, after a start of the
 * machine for instance, and what has come to the local port before; where neither has anything, what is on record. The
 * local port knows best how long an address is still good for.
 */
export function boundDevice(
  before: TakenDevice,
  {
    link,
    local,
    routes,
    now,
  }: {
    readonly link: Link;
    readonly local: Link | undefined;
    readonly routes: readonly Route[];
    readonly now: number;
  },
): TakenDevice {
  const kept = renewed(before, local, now);
  const own = { ...hadBy(link, routes, now), merging: kept.merging };
  const base = { ...own, ofPort: kept.ofPort, moved: kept.moved };
  if (own.addresses.length + own.routes.length === 0)
    return { ...kept, ...base, ...contentOf(kept) };
  if (kept.moved !== true) return base;
  const there = new Set(local?.addresses.map(textOf));
  const known = new Set(own.addresses.map((item) => item.address));
  const onLocal = kept.addresses.filter(({ address }) => there.has(address) && !known.has(address));
  const routesOnLocal = kept.routes.filter(
    (route) => isThere(route, local?.name ?? '', routes) && !isThere(route, link.name, routes),
  );
  return {
    ...base,
    addresses: [...own.addresses, ...onLocal],
    routes: [...own.routes, ...routesOnLocal],
  };
}

/** What was taken, with the lifetimes that its addresses have now where they are. */
export function renewed(taken: TakenDevice, on: Link | undefined, now: number): TakenDevice {
  const found = new Map(on?.addresses.map((item) => [textOf(item), item]));
  const addresses = taken.addresses.map((item) => {
    const current = found.get(item.address);
    if (current === undefined || item.validUntil === undefined) return item;
    return { ...item, ...untilOf(current, now) };
  });
  return { ...taken, addresses };
}

function contentOf({ addresses, routes }: TakenDevice): Pick<TakenDevice, 'addresses' | 'routes'> {
  return { addresses, routes };
}
