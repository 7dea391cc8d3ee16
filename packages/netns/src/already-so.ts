import { batchLine, changeAddressLine, type IpChange } from './batch-line.ts';
import type { NetnsErrorCode } from './error.ts';
import { formatMac, parseMac } from './mac.ts';
import type { Namespace } from './namespace.ts';
import { differsOnAddress, findAddress, renewAddress } from './present-address.ts';
import { isSameRoute } from './present-route.ts';
import { readLink, readLinks, readRoutes } from './read.ts';
import type { Link, LinkSettings } from './types.ts';

type Veth = Extract<IpChange, { kind: 'add-veth' }>;

/**
 * Returns the remaining work, as lines of `ip -batch`, for a change that failed only because something similar already
 * exists. Returns undefined when it failed for another reason, or when the existing object cannot be changed. The error
 * "exists" is not enough to decide: the kernel also returns it for another link of the same name, another prefix length
 * and another gateway, and it does not compare MTUs and lifetimes. Therefore the existing object is read.
 */
export async function leftToDo(
  namespace: Namespace,
  change: IpChange,
  text: string,
  code: NetnsErrorCode,
): Promise<readonly string[] | undefined> {
  switch (change.kind) {
    case 'remove-link':
      return code === 'LINK_NOT_FOUND' ? [] : undefined;
    case 'remove-address': {
      const gone = /address not found|Cannot assign requested/i.test(text);
      return code === 'LINK_NOT_FOUND' || gone ? [] : undefined;
    }
    case 'remove-route':
      return code === 'LINK_NOT_FOUND' || text.includes('No such process') ? [] : undefined;
    case 'set-link':
      return undefined;
    case 'add-veth':
      return code === 'EXISTS' ? leftOfVeth(await readLinks(namespace), change) : undefined;
    case 'add-address': {
      const link = code === 'EXISTS' ? await readLink(namespace, change.link) : undefined;
      const found = link && findAddress(link, change);
      if (found === undefined || differsOnAddress(found, change)) return undefined;
      const renewed = renewAddress(found, change);
      return renewed === undefined ? [] : [changeAddressLine(renewed)];
    }
    case 'add-route': {
      const routes = code === 'EXISTS' ? await readRoutes(namespace) : [];
      return routes.some((route) => isSameRoute(route, change.route)) ? [] : undefined;
    }
  }
}

function leftOfVeth(links: readonly Link[], change: Veth): readonly string[] | undefined {
  const link = links.find(({ name }) => name === change.name);
  const peer = links.find(({ name }) => name === change.peer);
  if (link?.kind !== 'veth' || peer === undefined || link.peerIfindex !== peer.ifindex) {
    return undefined;
  }
  return [
    ...endLine(link, { ...change, mac: change.mac }),
    ...endLine(peer, { ...change, mac: change.peerMac }),
  ];
}

function endLine(
  link: Link,
  wanted: Pick<LinkSettings, 'mac' | 'mtu' | 'txQueueLength'>,
): readonly string[] {
  const mac = wanted.mac === undefined ? undefined : formatMac(parseMac(wanted.mac));
  const { mtu, txQueueLength } = wanted;
  const settings = {
    mac: mac === link.mac ? undefined : mac,
    mtu: mtu === link.mtu ? undefined : mtu,
    txQueueLength: txQueueLength === link.txQueueLength ? undefined : txQueueLength,
  };
  if (Object.values(settings).every((value) => value === undefined)) return [];
  return [batchLine({ kind: 'set-link', name: link.name, settings })];
}
