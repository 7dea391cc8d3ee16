export type {
  DhcpClient,
  DhcpClientSpec,
  DhcpEvent,
  DhcpNamespace,
  Lease,
} from './types.ts';
