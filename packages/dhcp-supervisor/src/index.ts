export { DhcpError, type DhcpErrorCode } from './error.ts';
export { nextLease } from './next-lease.ts';
export { parseEvent } from './parse-event.ts';
export { type DhcpEdges, superviseDhcp } from './supervise-dhcp.ts';
export type {
  DhcpClient,
  DhcpClientSpec,
  DhcpClock,
  DhcpEvent,
  DhcpFailure,
  DhcpNamespace,
  DhcpSearch,
  Lease,
} from './types.ts';
