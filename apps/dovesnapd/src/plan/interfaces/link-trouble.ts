import type { Link } from '@dovesnap/netns';
import type { AttachedEndpoint, LinkTrouble } from '../../domain/attached-network.ts';
import { kernelSwitch } from './link-remark.ts';

/** Both ends of a container's link, as they are now; undefined: it is not there. */
export interface LinkEnds {
  readonly host: Link | undefined;
  /** In the container's own namespace. */
  readonly inside: Link | undefined;
}

/**
 * What is not as it was made of the link of a container that runs and is attached. A name is the container's own affair.
 */
export function linkTrouble(
  endpoint: Pick<AttachedEndpoint, 'mac' | 'containerLink'>,
  { host, inside }: LinkEnds,
): LinkTrouble | undefined {
  const name = endpoint.containerLink ?? 'its interface';
  if (host === undefined) {
    return cut(`has lost ${name}: the link was deleted; start the container again to get another`);
  }
  if (!host.up) return cut(`is cut off: ${host.name}, the host's end of its link, is down`);
  if (host.master !== undefined && host.master !== kernelSwitch) {
    return cut(`is cut off: ${host.name}, the host's end of its link, is on bridge ${host.master}`);
  }
  if (inside === undefined) {
    return cut(`has lost ${name}: it is in another network namespace`);
  }
  if (!inside.up) return cut(`has taken ${inside.name} down`);
  if (endpoint.mac === undefined || inside.mac === endpoint.mac.toLowerCase()) return undefined;
  const what = `has given ${inside.name} the MAC ${inside.mac} instead of ${endpoint.mac}`;
  return { what, isCut: false };
}

function cut(what: string): LinkTrouble {
  return { what, isCut: true };
}
