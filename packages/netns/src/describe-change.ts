import type { IpChange } from './batch-line.ts';

/** Returns the beginning of the sentence for a change that failed. */
export function describeChange(change: IpChange | undefined): string {
  switch (change?.kind) {
    case undefined:
      return 'links could not be changed';
    case 'add-veth':
      return `veth ${change.name} with peer ${change.peer} could not be added`;
    case 'remove-link':
      return `link ${change.name} could not be removed`;
    case 'set-link':
      return `link ${change.name} could not be changed`;
    case 'add-address':
      return `address ${change.address} could not be added to ${change.link}`;
    case 'remove-address':
      return `address ${change.address} could not be removed from ${change.link}`;
    case 'add-route':
      return `route to ${change.route.destination} could not be added`;
    case 'remove-route':
      return `route to ${change.route.destination} could not be removed`;
  }
}
