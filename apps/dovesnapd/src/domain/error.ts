/** Why a request from Docker failed. */
export type DovesnapErrorCode =
  | 'BAD_REQUEST'
  | 'BAD_OPTION'
  | 'BAD_LABEL'
  | 'BAD_FLAG'
  | 'NOT_SUPPORTED'
  | 'UNKNOWN_NETWORK'
  | 'UNKNOWN_ENDPOINT'
  | 'UNKNOWN_ACL'
  | 'BAD_ACL'
  | 'CONFLICT'
  | 'OVS_AWAY'
  | 'FAUCET_REFUSED'
  | 'FAUCET_FILE'
  | 'PORT_FAILED'
  | 'TIMED_OUT'
  | 'STOPPING'
  | 'ALREADY_RUNNING';

/** An error whose message is one sentence for the user of the `docker` command. */
export class DovesnapError extends Error {
  override readonly name = 'DovesnapError';
  readonly code: DovesnapErrorCode;

  constructor(code: DovesnapErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
