import type { DhcpEvent, Lease } from './types.ts';

/** Tells which lease is in force after an event. A client that ends leaves its lease in force. Pure. */
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
