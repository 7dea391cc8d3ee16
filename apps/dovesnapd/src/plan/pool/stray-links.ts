import type { Link } from '@dovesnap/netns';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { parseHostLink } from '../../domain/names.ts';

/**
 * Host ends of veths that bear our name and lead nowhere: left by a daemon that was killed between making a link and
 * putting it on the switch. One whose other end lives in a container is never stray, whoever has forgotten it.
 */
export function findStrayLinks(
  links: readonly Link[],
  networks: readonly AttachedNetwork[],
  switchPorts: ReadonlySet<string>,
): string[] {
  const known = new Set(
    networks.flatMap((network) => [...network.ports.values()].map((port) => port.hostLink)),
  );
  return links
    .filter((link) => parseHostLink(link.name) !== undefined && link.peerNamespaceId === undefined)
    .map((link) => link.name)
    .filter((name) => !known.has(name) && !switchPorts.has(name));
}
