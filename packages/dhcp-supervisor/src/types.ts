/** The network namespace of the interface, given by a process or by a path. */
export type DhcpNamespace = { readonly pid: number } | { readonly path: string };

/** Options for a client. */
export interface DhcpClientSpec {
  readonly namespace: DhcpNamespace;
  /** Interface name inside the namespace. The interface must be up. */
  readonly interface: string;
  /** Hostname sent to the server (option 12). */
  readonly hostname?: string | undefined;
  /**
   * Whether to set the address and the default route on the interface. Default true. With false, only events are
   * reported.
   */
  readonly configure?: boolean | undefined;
  /** How to search for a server. Default: 4 requests, one per second, then a pause of 10 s, repeated indefinitely. */
  readonly search?: DhcpSearch | undefined;
}

/** How to search for a server. Times are in milliseconds and rounded up to whole seconds, the unit of udhcpc. */
export interface DhcpSearch {
  /** Number of unanswered requests before `failed` with `no-lease` is reported. */
  readonly attempts: number;
  /** Time between requests. */
  readonly interval: number;
  /** Time between `failed` and the next requests. */
  readonly pause: number;
}

/** A lease from the server. Times are in milliseconds since the epoch. */
export interface Lease {
  readonly address: string;
  readonly prefixLength: number;
  readonly routers: readonly string[];
  readonly dns: readonly string[];
  readonly domain: string | undefined;
  readonly server: string | undefined;
  readonly obtainedAt: number;
  /** End of the lease. An infinite lease ends after 136 years (0xffffffff seconds, RFC 2131 section 3.3). */
  readonly expiresAt: number;
  readonly mtu: number | undefined;
}

/** Why there is no working lease. */
export type DhcpFailure =
  /** No server has answered. The client keeps trying. */
  | 'no-lease'
  /** The server has withdrawn the address. */
  | 'nak'
  /** There is a lease, but the interface could not be configured. `detail` contains the message from `ip`. */
  | 'not-configured'
  /** The server's answer is not valid. `detail` contains it. */
  | 'malformed';

/** An event of a DHCP client. */
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
      /** Exit code. Undefined when a signal ended the client or it could not be started. */
      readonly code: number | undefined;
      /** The last line on the client's standard error. */
      readonly detail?: string | undefined;
    };

/** A running DHCP client. */
export interface DhcpClient {
  /** Process id of udhcpc. Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** The lease currently in effect. */
  readonly lease: Lease | undefined;
  /**
   * Yields events, starting with this call, until the signal fires or the client ends. The last event is then `exited`.
   */
  events(wait: { readonly signal: AbortSignal }): AsyncIterable<DhcpEvent>;
  /**
   * Asks the server to renew the lease now, or searches for a server now. Does nothing before the first event or after
   * the last.
   */
  renew(): void;
  /**
   * Releases the lease and ends the client. A client that has already ended releases nothing.
   *
   * @throws DhcpError `RELEASE_TIMEOUT` when the client did not respond within two seconds. The client is ended anyway.
   */
  release(): Promise<void>;
  /** Ends the client. The lease and the address stay until they expire. Safe to call twice. */
  stop(): Promise<void>;
}

/** The clock of this package. */
export interface DhcpClock {
  /** Returns milliseconds since the epoch. */
  now(): number;
  /** Resolves after this many milliseconds, or at once when the signal fires. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
