import {
  type Change,
  type LinkSettings,
  type Netns,
  NetnsError,
  type RouteSpec,
} from '@dovesnap/netns';
import {
  type HostLinks,
  hostNamespace,
  shownAddress,
  shownLink,
  type WorldLink,
} from './host-links.ts';

/** A namespace of a host in memory: of a process, or (0) the host's own. */
export function memoryNetns(host: HostLinks, namespace: number = hostNamespace): Netns {
  const target = namespace === hostNamespace ? undefined : { pid: namespace };
  /** The seals that were made through this handle. */
  const made = new Set<string>();
  /** A namespace goes with its container, which has a link for as long as it lives. */
  const links = () => {
    const found = host.all().filter((link) => link.namespace === namespace);
    if (found.length > 0) return found.map(shownLink);
    throw new NetnsError('NAMESPACE_GONE', 'cannot open the namespace', { target });
  };
  const applyOne = (change: Change): void => {
    if (change.kind === 'seal-link') made.add(change.link);
    if (change.kind === 'unseal-link') made.delete(change.link);
    applyChange(host, namespace, change);
  };
  return {
    target,
    apply: async (changes) => {
      const isRemoval = changes.every(({ kind }) => kind.startsWith('remove-'));
      let failure: unknown;
      for (const change of changes) {
        try {
          applyOne(change);
        } catch (error) {
          failure ??= error;
          if (!isRemoval) break;
        }
      }
      if (failure !== undefined) throw failure;
    },
    links: async () => links(),
    link: async (name) => links().find((link) => link.name === name),
    routes: async () => host.routes,
    merging: async () => [],
    seals: async () => [...host.seals],
    keepsSeal: () => true,
    mendSeals: async ({ also = [] } = {}) => {
      for (const link of also) made.add(link);
      const isLost = (name: string): boolean =>
        !host.seals.has(name) && host.find(namespace, name) !== undefined;
      const lost = [...made].filter(isLost);
      for (const link of lost) host.seals.add(link);
      return lost;
    },
    changes: ({ signal }) => host.news.read(signal),
  };
}

function applyChange(host: HostLinks, namespace: number, change: Change): void {
  const need = (name: string): WorldLink => {
    const link = host.find(namespace, name);
    if (link !== undefined) return link;
    throw new NetnsError('LINK_NOT_FOUND', `Cannot find device "${name}"`, { change });
  };
  switch (change.kind) {
    case 'add-veth':
      addVeth(host, namespace, change);
      break;
    case 'remove-link': {
      const link = host.find(namespace, change.name);
      if (link !== undefined) host.remove(link);
      break;
    }
    case 'set-link':
      setLink(host, need(change.name), change.settings);
      break;
    case 'add-address': {
      const link = need(change.link);
      const added = shownAddress(change);
      const others = link.addresses.filter(({ address }) => address !== added.address);
      host.change(link, { addresses: [...others, added] });
      break;
    }
    case 'remove-address': {
      const link = host.find(namespace, change.link);
      const [gone] = change.address.split('/');
      const left = link?.addresses.filter(({ address }) => address !== gone);
      if (link !== undefined) host.change(link, { addresses: left ?? [] });
      break;
    }
    case 'add-route':
      host.routes = [...host.routes, shownRoute(change.route)];
      break;
    case 'remove-route': {
      const { destination } = change.route;
      host.routes = host.routes.filter((route) => route.destination !== destination);
      break;
    }
    case 'set-offload':
    case 'set-merging':
      need(change.link);
      break;
    case 'seal-link':
      host.seals.add(need(change.link).name);
      break;
    case 'unseal-link':
      host.seals.delete(change.link);
      break;
  }
}

function addVeth(
  host: HostLinks,
  namespace: number,
  change: Extract<Change, { kind: 'add-veth' }>,
): void {
  const { name, peer, mtu = 1500 } = change;
  const there = host.find(namespace, name);
  const isSame = there !== undefined && there.peer === host.find(namespace, peer);
  if (isSame) return;
  if (there !== undefined || host.find(namespace, peer) !== undefined) {
    throw new NetnsError('EXISTS', 'RTNETLINK answers: File exists', { change });
  }
  const end = { kind: 'veth', namespace, mtu };
  const first = host.add(
    { ...end, name, ...(change.mac === undefined ? {} : { mac: change.mac }) },
    false,
  );
  const second = host.add({ ...end, name: peer, peer: first }, false);
  host.change(first, { peer: second });
  host.change(second, change.peerMac === undefined ? {} : { mac: change.peerMac });
}

function setLink(host: HostLinks, link: WorldLink, settings: LinkSettings): void {
  const { up, mac, mtu, name, alias, txQueueLength, netns } = settings;
  const changes = { up, mac, mtu, name, alias, txQueueLength, namespace: namespaceOf(netns) };
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  host.change(link, Object.fromEntries(given));
}

function namespaceOf(netns: LinkSettings['netns']): number | undefined {
  const target = netns !== undefined && 'target' in netns ? netns.target : netns;
  if (netns === undefined) return undefined;
  return target !== undefined && 'pid' in target ? target.pid : hostNamespace;
}

function shownRoute(route: RouteSpec): HostLinks['routes'][number] {
  const family = route.destination.includes(':') ? 'ipv6' : 'ipv4';
  return { protocol: 'boot', scope: undefined, ...route, family, type: 'unicast' };
}
