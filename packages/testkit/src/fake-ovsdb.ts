import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { difference, fakeDatabase } from './fake-ovsdb-database.ts';
import { fakeLocks } from './fake-ovsdb-locks.ts';
import { shortSchema } from './fake-ovsdb-schema.ts';
import {
  answerRequest,
  type FakeRequest,
  type FakeSession,
  messageReader,
} from './fake-ovsdb-session.ts';
import type { Tables, WireSchema } from './fake-ovsdb-store.ts';
import { runVswitchd } from './fake-ovsdb-vswitchd.ts';

/** How a {@link fakeOvsdb} behaves. */
export interface FakeOvsdbOptions {
  /** Path of the socket. */
  readonly path: string;
  /** Text of the schema. Default: a short one, with the columns that our packages use. */
  readonly schema?: string | undefined;
  /** Also do what ovs-vswitchd does to the database: give port numbers, repeat `next_cfg`. Default true. */
  readonly vswitchd?: boolean | undefined;
}

/** An OVSDB server in memory, with one database that holds one row of Open_vSwitch. */
export interface FakeOvsdb {
  readonly target: string;
  /** Methods that clients called, in order. */
  readonly calls: readonly string[];
  /** Sends echo requests to all clients; resolves when one has answered. */
  echo(): Promise<void>;
  /** No answer is given any more, though the connections stay. */
  hang(): void;
  /** Ends all connections. */
  drop(): void;
  /**
   * Lets that many transactions through, then ends the connection of the next one: before it is committed, or after, without
   * a reply.
   */
  dropTransaction(after: number, committed: boolean): void;
  /** Lets that many transactions through, then refuses the next one with this error. */
  refuseTransaction(after: number, error: string): void;
  /** Stops listening, ends all connections; the content stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

interface Fault {
  after: number;
  readonly error?: string;
  readonly committed?: boolean;
}

/** Starts a fake OVSDB server on a unix socket. */
export async function fakeOvsdb(options: FakeOvsdbOptions): Promise<FakeOvsdb> {
  const sessions = new Set<FakeSession>();
  const calls: string[] = [];
  let onEcho = (): void => undefined;
  let fault: Fault | undefined;
  let hanging = false;

  const schema =
    options.schema === undefined ? shortSchema : (JSON.parse(options.schema) as WireSchema);
  const database = fakeDatabase(schema, (before) =>
    tellMonitors(sessions, before, () => database.tables()),
  );
  const locks = fakeLocks<FakeSession>((session, event, name) => {
    session.send({ id: null, method: event, params: [name] });
  });
  const transact = (session: FakeSession, { id, params }: FakeRequest): void => {
    const due = fault !== undefined && fault.after-- === 0 ? fault : undefined;
    if (due !== undefined) fault = undefined;
    if (due?.error !== undefined) session.send({ id, result: [{ error: due.error }], error: null });
    if (due?.committed === false) session.drop();
    if (due !== undefined && due.committed !== true) return;
    const result = database.commit(params.slice(1), (lock) => locks.owns(lock, session));
    if (due === undefined) session.send({ id, result, error: null });
    else session.drop();
    if (options.vswitchd !== false) runVswitchd(database.tables(), database.commit);
  };
  const receive = (session: FakeSession, request: FakeRequest): void => {
    if (hanging) return;
    if (request.method === undefined) onEcho();
    else calls.push(request.method);
    if (request.method === undefined || request.method === 'cancel') return;
    if (request.method === 'transact') transact(session, request);
    else {
      const result = answerRequest(session, request, database, locks);
      session.send({ id: request.id, result, error: null });
    }
  };
  const accept = (socket: Socket): void => {
    const session = openSession(socket, () => hanging);
    sessions.add(session);
    const read = messageReader((message) => receive(session, message));
    socket.setEncoding('utf8').on('data', (chunk) => read(String(chunk)));
    socket.on('close', () => {
      sessions.delete(session);
      locks.forget(session);
    });
  };
  const drop = (): void => {
    for (const session of sessions) session.drop();
  };
  const listener = openListener(options.path, accept, drop);
  await listener.start();
  return {
    target: `unix:${options.path}`,
    calls,
    echo: () =>
      new Promise((resolve) => {
        onEcho = resolve;
        for (const session of sessions) session.send({ id: 'e', method: 'echo', params: ['ä'] });
      }),
    hang: () => {
      hanging = true;
    },
    drop,
    dropTransaction: (after, committed) => {
      fault = { after, committed };
    },
    refuseTransaction: (after, error) => {
      fault = { after, error };
    },
    ...listener,
  };
}

function openSession(socket: Socket, hanging: () => boolean): FakeSession {
  socket.on('error', () => undefined);
  return {
    monitors: new Map(),
    send: (message) => {
      if (!hanging() && socket.writable) socket.write(JSON.stringify(message));
    },
    drop: () => void socket.destroy(),
  };
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

function tellMonitors(
  sessions: ReadonlySet<FakeSession>,
  before: Tables,
  after: () => Tables,
): void {
  for (const session of sessions) {
    for (const [id, monitor] of session.monitors) {
      const updates = difference(monitor, before, after());
      if (Object.keys(updates).length === 0) continue;
      session.send({ id: null, method: 'update', params: [id, updates] });
    }
  }
}
