import { type Duplex, duplexPair } from 'node:stream';
import { type FakeServerOptions, type OvsdbServer, ovsdbServer } from './fake-ovsdb-server.ts';

/** A fake OVSDB server that is reached without a socket: everything happens in this process, in the same order each time. */
export interface MemoryOvsdb extends Omit<OvsdbServer, 'accept'> {
  /** Whether it takes connections. */
  readonly isUp: boolean;
  /** Opens a connection. While the server is stopped, the stream is closed at once. */
  connect(): Duplex;
  /** Closes all connections and takes no more. The content is kept. */
  stop(): void;
  start(): void;
}

/** Starts a fake OVSDB server in memory. */
export function memoryOvsdb(options: FakeServerOptions = {}): MemoryOvsdb {
  const { accept, ...server } = ovsdbServer(options);
  let listening = true;
  return {
    ...server,
    get isUp() {
      return listening;
    },
    connect: () => {
      const [client, other] = duplexPair();
      // As a socket does: whoever hears that the other end is gone is done too.
      for (const [one, peer] of [
        [client, other],
        [other, client],
      ] as const) {
        one.once('close', () => void peer.destroy());
      }
      if (listening) accept(other);
      else other.destroy();
      return client;
    },
    stop: () => {
      listening = false;
      server.drop();
    },
    start: () => {
      listening = true;
    },
  };
}
