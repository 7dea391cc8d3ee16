import type { Port } from './attached-network.ts';

/** What faucet.yaml says otherwise than we wrote it. */
export interface Drift {
  /** undefined: the bridge's local port, an interface of a feature's, or our own ACL. */
  readonly port: Port | undefined;
  /** One sentence without a full stop. */
  readonly what: string;
}
