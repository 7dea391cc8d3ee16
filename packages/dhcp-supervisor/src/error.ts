/** The reason for a failure. The README lists the codes with their meanings. */
export type DhcpErrorCode = 'INVALID_SPEC' | 'SCRIPT_MISSING' | 'RELEASE_TIMEOUT';

/** A DHCP client that could not be started or ended as requested. */
export class DhcpError extends Error {
  override readonly name = 'DhcpError';
  readonly code: DhcpErrorCode;
  /** The interface of the client. */
  readonly interface: string;

  constructor(code: DhcpErrorCode, message: string, name: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.interface = name;
  }
}
