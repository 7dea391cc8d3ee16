import type { LinkNews } from '@dovesnap/netns';
import type { AttachedEndpoint } from '../../domain/attached-network.ts';
import { kernelSwitch } from './link-remark.ts';

/**
 * The name of the container's end of a link, if the news is about that end and it has come up: from then on Docker does
 * not rename it. Undefined otherwise. `hostIfindex`: of the host's end. Docker gives an end its MAC before it takes it up,
 * and only the two together tell it from links that a container makes itself.
 */
export function toldName(
  { link, namespaceId, seen }: LinkNews,
  { mac }: Pick<AttachedEndpoint, 'mac'>,
  hostIfindex: number | undefined,
): string | undefined {
  if (namespaceId === undefined || seen?.up !== true || hostIfindex === undefined) return undefined;
  const isIts = seen.peerIfindex === hostIfindex && seen.mac === mac?.toLowerCase();
  return isIts && mac !== undefined ? link : undefined;
}

/** Whether news of one end of a container's link says that this end is as it was made, so that there is nothing to see. */
export function isAsMade(
  { link, namespaceId, seen }: LinkNews,
  { mac, containerLink }: Pick<AttachedEndpoint, 'mac' | 'containerLink'>,
): boolean {
  if (seen?.up !== true) return false;
  if (namespaceId === undefined) return seen.master === undefined || seen.master === kernelSwitch;
  return link === containerLink && (mac === undefined || seen.mac === mac.toLowerCase());
}
