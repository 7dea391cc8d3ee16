import type { IpChange } from './batch-line.ts';

/** Returns the names that ip looks up for a change. */
export function linksOf(change: IpChange): readonly string[] {
  switch (change.kind) {
    case 'add-veth':
      // ip looks up the names of new links too, for the length of their MAC addresses.
      return [change.name, change.peer];
    case 'remove-link':
    case 'set-link':
      return [change.name];
    case 'add-address':
    case 'remove-address':
      return [change.link];
    case 'add-route':
    case 'remove-route':
      return change.route.link === undefined ? [] : [change.route.link];
  }
}
