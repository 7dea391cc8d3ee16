import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { type FakeServer, type FakeServerOptions, ovsdbServer } from './fake-ovsdb-server.ts';

/** Options for a {@link fakeOvsdb}. */
export interface FakeOvsdbOptions extends FakeServerOptions {
  /** Path of the socket. */
  readonly path: string;
}

/** An in-memory OVSDB server with one database, which contains one row of Open_vSwitch. */
export interface FakeOvsdb extends FakeServer {
  readonly target: string;
  /** Stops listening and closes all connections. The content is kept. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a fake OVSDB server on a unix socket. */
export async function fakeOvsdb(options: FakeOvsdbOptions): Promise<FakeOvsdb> {
  const { accept, commit: _commit, tables: _tables, look: _look, ...server } = ovsdbServer(options);
  const listener = openListener(options.path, accept, server.drop);
  await listener.start();
  return { target: `unix:${options.path}`, ...server, ...listener };
}

function openListener(
  path: string,
  accept: (socket: Socket) => void,
  drop: () => void,
): Pick<FakeOvsdb, 'start' | 'stop' | 'close'> {
  const server = createServer(accept);
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  return {
    stop,
    start: async () => {
      await rm(path, { force: true });
      server.listen(path);
      await once(server, 'listening');
    },
    close: async () => {
      if (server.listening) await stop();
      await rm(path, { force: true });
    },
  };
}
