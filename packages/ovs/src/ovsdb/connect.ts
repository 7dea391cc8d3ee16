import { connect as connectPlain } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { OvsdbTarget } from './target.ts';

/** Opens a byte stream to the database. The stream may be used at once; failures are reported by its `error` event. */
export type Connect = (target: OvsdbTarget) => Duplex;

/** Returns the default connector: node:net, and node:tls with these options for `ssl:`. */
export function socketConnect(tls: ConnectionOptions = {}): Connect {
  return (target) => {
    if (target.kind === 'unix') return connectPlain({ path: target.path });
    const { host, port } = target;
    if (target.kind === 'ssl') return connectTls({ ...tls, host, port });
    return connectPlain({ host, port }).setNoDelay(true);
  };
}
