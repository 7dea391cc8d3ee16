import type { LinkNews } from '@dovesnap/netns';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { hostPortsOf } from '../../domain/host-ports.ts';
import { observeLink } from '../../domain/network-observation.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { keeper } from '../core/upkeep.ts';
import type { OtherPortsWatch } from './other-ports-watch.ts';

/** Who sets a link down and up again has not broken anything: what is so after this time, milliseconds, is said. */
const quietMs = 300;

/** Sees what happens to the host interfaces that networks have taken: the switch does not see a name or a master change. */
export interface HostPortLinks {
  /** Looks at those of a network, in the background, unless it has been done. */
  lookOnce(network: AttachedNetwork): void;
  /** Looks at those of all networks, in the background. */
  lookAtAll(): void;
  /** Something was heard of a link: looks, in the background, at those of the network whose it is. */
  heard(news: LinkNews): void;
}

/** Makes {@link HostPortLinks}. */
export function hostPortLinks(
  parts: Parts,
  registry: Pick<Registry, 'all'>,
  others: Pick<OtherPortsWatch, 'look'>,
): HostPortLinks {
  const looked = new WeakSet<AttachedNetwork>();
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'check the host interfaces',
    gatherMs: quietMs,
    act: async (network) => {
      for (const { name } of hostPortsOf(network.spec)) {
        if (network.life.signal.aborted || parts.signal.aborted) return;
        observeLink(network.observation, name, await parts.host.link(name));
      }
      others.look(network);
    },
  });
  const lookAt = (network: AttachedNetwork): void => {
    if (hostPortsOf(network.spec).length === 0) return;
    looked.add(network);
    keep.look(network);
  };
  return {
    lookOnce: (network) => {
      if (!looked.has(network)) lookAt(network);
    },
    lookAtAll: () => registry.all().forEach(lookAt),
    heard: ({ link, ifindex, namespaceId }) => {
      if (namespaceId !== undefined) return;
      const isIts = (network: AttachedNetwork): boolean =>
        hostPortsOf(network.spec).some(
          ({ name }) => name === link || network.observation.links.get(name)?.ifindex === ifindex,
        );
      registry.all().filter(isIts).forEach(lookAt);
    },
  };
}
