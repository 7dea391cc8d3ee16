/** The namespace that holds the interface: of a process, or behind a path. */
export type DhcpNamespace = { readonly pid: number } | { readonly path: string };

/** What a client is started with. */
export interface DhcpClientSpec {
  readonly namespace: DhcpNamespace;
  /** Interface name inside that namespace; the interface is up. */
  readonly interface: string;
  /** Sent to the server (option 12). */
  readonly hostname?: string | undefined;
  /** Put address and default route on the interface. Default true; with false only events are reported. */
  readonly configure?: boolean | undefined;
  /** How a server is looked for. Default: 4 requests, one a second, then a pause of 10 s, for ever. */
  readonly search?: DhcpSearch | undefined;
}

/** How a server is looked for. Times in milliseconds, rounded up to whole seconds: udhcpc counts in those. */
export interface DhcpSearch {
  /** Requests without an answer after which `failed` with `no-lease` is reported. */
  readonly attempts: number;
  /** From one request to the next. */
  readonly interval: number;
  /** From `failed` to the next attempts. */
  readonly pause: number;
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
  /** A lease without end is one of 136 years (0xffffffff seconds, RFC 2131 section 3.3). */
  readonly expiresAt: number;
  readonly mtu: number | undefined;
}

/** Why there is no working lease. */
export type DhcpFailure =
  /** No server has answered; the client goes on trying. */
  | 'no-lease'
  /** The server has taken the address back. */
  | 'nak'
  /** There is a lease, but the interface could not be configured; `detail` is what `ip` said. */
  | 'not-configured'
  /** The server's answer makes no sense; `detail` shows it. */
  | 'malformed';

/** What happened to a lease. */
export type DhcpEvent =
  | { readonly type: 'bound' | 'renewed'; readonly lease: Lease }
  | { readonly type: 'deconfigured' }
  | {
      readonly type: 'failed';
      readonly reason: DhcpFailure;
      readonly detail?: string | undefined;
    }
  | {
      readonly type: 'exited';
      /** Undefined when a signal ended it or it could not be started. */
      readonly code: number | undefined;
      /** The last thing it said on standard error. */
      readonly detail?: string | undefined;
    };

/** One running DHCP client. */
export interface DhcpClient {
  /** Process id of udhcpc; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** The lease now in force. */
  readonly lease: Lease | undefined;
  /** What happens, from this call on, until the signal fires or the client ends; the last event is then `exited`. */
  events(wait: { readonly signal: AbortSignal }): AsyncIterable<DhcpEvent>;
  /** Asks the server now to renew the lease, or looks for a server now. Does nothing before the first event and after the last. */
  renew(): void;
  /**
   * Gives the lease back and ends the client. A client that has ended gives nothing back.
   *
   * @throws DhcpError `RELEASE_TIMEOUT` when the client did not act within two seconds; it has been ended all the same.
   */
  release(): Promise<void>;
  /** Ends the client; lease and address stay until they run out. Safe to call twice. */
  stop(): Promise<void>;
}

/** Time as this package uses it. */
export interface DhcpClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that many milliseconds, or at once when the signal fires. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
