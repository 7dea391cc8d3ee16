import type { DhcpEvent, Lease } from './types.ts';

/** Returns the lease in effect after an event. A lease stays in effect when its client ends. Pure. */
export function nextLease(current: Lease | undefined, event: DhcpEvent): Lease | undefined {
  switch (event.type) {
    case 'bound':
    case 'renewed':
      return event.lease;
    case 'deconfigured':
    case 'failed':
      return undefined;
    case 'exited':
      return current;
  }
}
