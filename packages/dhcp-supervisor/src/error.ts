/** Why a DHCP client could not be started or ended as asked. Listed with their meaning in the README. */
export type DhcpErrorCode = 'INVALID_SPEC' | 'SCRIPT_MISSING' | 'RELEASE_TIMEOUT';

/** A DHCP client that could not be started, or not be ended as asked. */
export class DhcpError extends Error {
  override readonly name = 'DhcpError';
  readonly code: DhcpErrorCode;
  /** The interface the client is for. */
  readonly interface: string;

  constructor(code: DhcpErrorCode, message: string, name: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.interface = name;
  }
}
