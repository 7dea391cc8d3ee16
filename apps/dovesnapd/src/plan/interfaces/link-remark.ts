import type { Link } from '@dovesnap/netns';

/** What keeps a host interface that a network has taken from carrying frames; undefined: nothing. */
export function linkRemark(link: Link | undefined, bridge: string): string | undefined {
  if (link === undefined) return 'this host no longer has an interface of that name';
  const { master, up, running } = link;
  if (master !== undefined && master !== bridge && master !== kernelSwitch) {
    return `it is on bridge ${master} too`;
  }
  if (!up) return 'it is down';
  return running ? undefined : 'it has no carrier';
}

/** Master of the links that are on the kernel's Open vSwitch datapath. */
export const kernelSwitch = 'ovs-system';
