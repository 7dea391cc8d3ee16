/** The namespace that holds the interface: of a process, or behind a path. */
export type DhcpNamespace = { readonly pid: number } | { readonly path: string };

/** What a client is started with. */
export interface DhcpClientSpec {
  readonly namespace: DhcpNamespace;
  /** Interface name inside that namespace. */
  readonly interface: string;
  /** Sent to the server (option 12). */
  readonly hostname?: string | undefined;
}

/** A lease as the server gave it. Times are milliseconds since the epoch. */
export interface Lease {
  readonly address: string;
  readonly prefixLength: number;
  readonly routers: readonly string[];
  readonly dns: readonly string[];
  readonly domain: string | undefined;
  readonly server: string | undefined;
  readonly obtainedAt: number;
  readonly expiresAt: number;
  readonly mtu: number | undefined;
}

/** What happened to a lease. */
export type DhcpEvent =
  | { readonly type: 'bound' | 'renewed'; readonly lease: Lease }
  | { readonly type: 'deconfigured' }
  | { readonly type: 'failed'; readonly reason: 'no-lease' | 'nak' }
  | { readonly type: 'exited'; readonly code: number | undefined };

/** One running DHCP client. */
export interface DhcpClient {
  readonly pid: number | undefined;
  /** The lease now in force. */
  readonly lease: Lease | undefined;
  /** What happens, from now on, until the signal fires or the client ends. */
  events(wait: { readonly signal: AbortSignal }): AsyncIterable<DhcpEvent>;
  /** Gives the lease back and ends the client. */
  release(): Promise<void>;
  /** Ends the client; the lease stays with the server until it runs out. */
  stop(): Promise<void>;
}
