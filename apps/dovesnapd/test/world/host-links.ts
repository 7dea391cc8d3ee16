import type { Change, Link, LinkAddress, LinkNews, LinkSeen, Route } from '@dovesnap/netns';
import { type Feed, feed } from './feed.ts';

/** A link as the kernel has it. */
export interface WorldLink {
  readonly ifindex: number;
  readonly kind: string | undefined;
  name: string;
  /** The process whose namespace it is in; 0: the host's. */
  namespace: number;
  peer: WorldLink | undefined;
  mac: string;
  mtu: number;
  txQueueLength: number;
  up: boolean;
  alias: string | undefined;
  addresses: readonly LinkAddress[];
}

/** The links, routes and seals of a host and its namespaces. */
export interface HostLinks {
  readonly news: Feed<LinkNews>;
  /** Names of the sealed links of the host's own namespace. */
  readonly seals: Set<string>;
  routes: readonly Route[];
  all(): readonly WorldLink[];
  find(namespace: number, name: string): WorldLink | undefined;
  /** Adds a link; `told` false: nobody is told, as it comes with something that is told. */
  add(link: Pick<WorldLink, 'name'> & Partial<WorldLink>, told?: boolean): WorldLink;
  /** Removes a link, and the other end of a veth. */
  remove(link: WorldLink, told?: boolean): void;
  /** Changes a link. */
  change(link: WorldLink, changes: Partial<WorldLink>): void;
  /** Calls after each change of a link. */
  onChange(listener: (link: WorldLink) => void): void;
}

/** The namespace of the host. */
export const hostNamespace = 0;

/** Makes a host with a loopback link and an uplink. */
export function hostLinks(): HostLinks {
  const links = new Set<WorldLink>();
  const news = feed<LinkNews>();
  const listeners = new Set<(link: WorldLink) => void>();
  let lastIndex = 0;
  const tell = (link: WorldLink): void => {
    for (const listener of listeners) listener(link);
    const { namespace } = link;
    const namespaceId = namespace === hostNamespace ? undefined : namespace;
    const { name, ifindex } = link;
    news.push({
      link: name,
      ifindex,
      namespaceId,
      ...(links.has(link) ? { seen: seenOf(link) } : {}),
    });
  };
  const add: HostLinks['add'] = (given, told = true) => {
    const ifindex = ++lastIndex;
    const link: WorldLink = {
      ifindex,
      kind: undefined,
      namespace: hostNamespace,
      peer: undefined,
      mac: `0a:00:00:00:00:${ifindex.toString(16).padStart(2, '0')}`,
      mtu: 1500,
      txQueueLength: 1000,
      up: false,
      alias: undefined,
      addresses: [],
      ...given,
    };
    links.add(link);
    if (told) tell(link);
    return link;
  };
  add({ name: 'lo', up: true });
  add({ name: 'eth0', up: true });
  return {
    news,
    seals: new Set(),
    routes: [
      {
        destination: 'default',
        link: 'eth0',
        family: 'ipv4',
        type: 'unicast',
        protocol: 'boot',
        scope: 'global',
      },
    ],
    all: () => [...links],
    find: (namespace, name) =>
      [...links].find((link) => link.namespace === namespace && link.name === name),
    add,
    remove: (link, told = true) => {
      for (const one of [link, link.peer]) {
        if (one === undefined) continue;
        links.delete(one);
        if (told) tell(one);
      }
    },
    change: (link, changes) => {
      Object.assign(link, changes);
      tell(link);
      if (changes.up !== undefined && link.peer !== undefined) tell(link.peer);
    },
    onChange: (listener) => void listeners.add(listener),
  };
}

/** What news of a link says about it. */
function seenOf({ up, mac, namespace, peer }: WorldLink): LinkSeen {
  const isApart = peer !== undefined && peer.namespace !== namespace;
  return { up, mac, master: undefined, peerIfindex: isApart ? peer.ifindex : undefined };
}

/** Whether a link has a carrier. */
export function isRunning({ up, peer }: WorldLink): boolean {
  return up && (peer?.up ?? true);
}

/** A link as `ip` shows it. */
export function shownLink(link: WorldLink): Link {
  const isApart = link.peer !== undefined && link.peer.namespace !== link.namespace;
  return {
    name: link.name,
    ifindex: link.ifindex,
    peerIfindex: link.peer?.ifindex,
    peerNamespaceId: isApart ? link.peer?.namespace : undefined,
    kind: link.kind,
    mac: link.mac,
    mtu: link.mtu,
    txQueueLength: link.txQueueLength,
    up: link.up,
    running: isRunning(link),
    alias: link.alias,
    addresses: link.addresses,
  };
}

/** The address of a change, as `ip` shows it once it is there. */
export function shownAddress(change: Extract<Change, { kind: 'add-address' }>): LinkAddress {
  const { kind: _, link: __, address, nodad: ___, scope = 'global', ...settings } = change;
  const [host = '', length = '32'] = address.split('/');
  const family = host.includes(':') ? 'ipv6' : 'ipv4';
  return { ...settings, family, address: host, prefixLength: Number(length), scope };
}
