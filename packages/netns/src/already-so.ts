import type { IpChange } from './batch-line.ts';
import type { NetnsErrorCode } from './error.ts';
import type { Namespace } from './namespace.ts';
import { planAddresses } from './plan-addresses.ts';
import { planRoutes } from './plan-routes.ts';
import { readLink, readLinks, readRoutes } from './read.ts';

/**
 * Says whether a change failed only because it was done before. "Exists" alone does not say that: the kernel answers it
 * for another link of that name, another prefix length and another gateway too, so what is there is read.
 */
export async function isAlreadySo(
  namespace: Namespace,
  change: IpChange,
  text: string,
  code: NetnsErrorCode,
): Promise<boolean> {
  switch (change.kind) {
    case 'remove-link':
      return code === 'LINK_NOT_FOUND';
    case 'remove-address':
      return code === 'LINK_NOT_FOUND' || /address not found|Cannot assign requested/i.test(text);
    case 'remove-route':
      return code === 'LINK_NOT_FOUND' || text.includes('No such process');
    case 'set-link':
      return false;
    case 'add-veth': {
      if (code !== 'EXISTS') return false;
      const links = await readLinks(namespace);
      const peer = links.find(({ name }) => name === change.peer);
      const link = links.find(({ name }) => name === change.name);
      return link?.kind === 'veth' && peer !== undefined && link.peerIfindex === peer.ifindex;
    }
    case 'add-address': {
      if (code !== 'EXISTS') return false;
      const link = await readLink(namespace, change.link);
      return link !== undefined && planAddresses(link, [change.address]).length === 0;
    }
    case 'add-route':
      if (code !== 'EXISTS') return false;
      return planRoutes(await readRoutes(namespace), [change.route]).length === 0;
  }
}
