import {
  type Change,
  type Link,
  planAddresses,
  planRoutes,
  type Route,
  sealLink,
  setLink,
  unsealLink,
} from '@dovesnap/netns';
import type { AttachedNetwork } from '../domain/attached-network.ts';
import type { TakenDevice } from '../domain/other-ports.ts';

/** What to remember of a host interface before a network takes it. */
export function takenDevice(link: Link, routes: readonly Route[]): TakenDevice {
  return {
    ifindex: link.ifindex,
    addresses: link.addresses
      .filter((item) => item.scope !== 'link' || item.family === 'ipv4')
      .map((item) => `${item.address}/${item.prefixLength}`),
    routes: routes
      .filter((route) => route.link === link.name && route.type === 'unicast')
      .filter((route) => route.protocol !== 'kernel' && route.protocol !== 'ra')
      .map(({ destination, via, link: over, table, source, metric, family }) => ({
        destination,
        via,
        link: over,
        table,
        source,
        metric,
        family,
      })),
  };
}

/**
 * The changes that make an interface a mere port of a bridge. Its addresses go: from now on who answers under them is
 * behind the switch. On a userspace bridge the host's own stack, which hears every frame too, is closed on it before it
 * goes up; on the kernel's datapath that would take the frames from the switch.
 */
export function takeDevice(network: Pick<AttachedNetwork, 'userspace'>, link: Link): Change[] {
  return [
    ...(network.userspace ? [sealLink(link.name)] : []),
    ...planAddresses(link, [], { exact: true }),
    setLink(link.name, { up: true }),
  ];
}

/** The changes that make an interface the host's again, up and with the addresses and routes that it had. */
export function giveDeviceBack(
  network: Pick<AttachedNetwork, 'userspace'>,
  link: Link,
  taken: TakenDevice,
  routes: readonly Route[],
): Change[] {
  return [
    ...(network.userspace ? [unsealLink(link.name)] : []),
    setLink(link.name, { up: true }),
    ...planAddresses({ ...link, addresses: [] }, taken.addresses),
    ...planRoutes(routes, taken.routes),
  ];
}
