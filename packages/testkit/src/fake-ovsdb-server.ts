import type { Duplex } from 'node:stream';
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
import { type FakeDevices, runVswitchd } from './fake-ovsdb-vswitchd.ts';

/** Options for a fake OVSDB server, however it is reached. */
export interface FakeServerOptions {
  /** Text of the schema. Default: a short schema with the columns that the packages use. */
  readonly schema?: string | undefined;
  /**
   * Whether to make the database changes of ovs-vswitchd: assign port numbers and copy `next_cfg` to `cur_cfg`. Default
   * true. A function is asked whenever there is something to do.
   */
  readonly vswitchd?: boolean | (() => boolean) | undefined;
  /** The devices that ovs-vswitchd finds. Default: it finds every device that it is told to use, and tells nothing of it. */
  readonly devices?: FakeDevices | undefined;
}

/** What a test sees of a fake OVSDB server, and makes it do. */
export interface FakeServer {
  /** Methods that clients called, in order. */
  readonly calls: readonly string[];
  /** Sends echo requests to all clients. Resolves when one client has answered. */
  echo(): Promise<void>;
  /** Stops answering but keeps the connections open. */
  hang(): void;
  /** Closes all connections. */
  drop(): void;
  /**
   * Accepts this many transactions, then closes the connection of the next one without a reply, either before or after
   * the commit.
   */
  dropTransaction(after: number, committed: boolean): void;
  /** Accepts this many transactions, then refuses the next one with this error. */
  refuseTransaction(after: number, error: string): void;
}

/** A fake OVSDB server without a place to reach it at. */
export interface OvsdbServer extends FakeServer {
  /** Serves a client. */
  accept(stream: Duplex): void;
  /** Changes the database as another client would. */
  commit(operations: readonly unknown[]): void;
  tables(): Tables;
  /** Has ovs-vswitchd look at its devices again. */
  look(): void;
}

interface Fault {
  after: number;
  readonly error?: string;
  readonly committed?: boolean;
}

/** Creates an in-memory OVSDB server with one database, which contains one row of Open_vSwitch. */
export function ovsdbServer(options: FakeServerOptions): OvsdbServer {
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
  const look = (): void => {
    if (runsVswitchd(options)) runVswitchd(database.tables(), database.commit, options.devices);
  };
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
    look();
  };
  const receive = (session: FakeSession, request: FakeRequest): void => {
    if (hanging) return;
    if (request.method === undefined) onEcho();
    else calls.push(request.method);
    if (request.method === undefined || request.method === 'cancel') return;
    if (request.method === 'transact') transact(session, request);
    else {
      session.send({ id: request.id, ...answerRequest(session, request, database, locks) });
    }
  };
  return {
    calls,
    look,
    tables: database.tables,
    commit: (operations) => {
      database.commit(operations);
      look();
    },
    accept: (stream) => {
      const session = openSession(stream, () => hanging);
      sessions.add(session);
      const read = messageReader((message) => receive(session, message));
      stream.setEncoding('utf8').on('data', (chunk) => read(String(chunk)));
      stream.on('close', () => {
        sessions.delete(session);
        locks.forget(session);
      });
    },
    echo: () =>
      new Promise((resolve) => {
        onEcho = resolve;
        for (const session of sessions) session.send({ id: 'e', method: 'echo', params: ['ä'] });
      }),
    hang: () => {
      hanging = true;
    },
    drop: () => {
      for (const session of sessions) session.drop();
    },
    dropTransaction: (after, committed) => {
      fault = { after, committed };
    },
    refuseTransaction: (after, error) => {
      fault = { after, error };
    },
  };
}

function runsVswitchd({ vswitchd = true }: FakeServerOptions): boolean {
  return typeof vswitchd === 'function' ? vswitchd() : vswitchd;
}

function openSession(stream: Duplex, hanging: () => boolean): FakeSession {
  stream.on('error', () => undefined);
  return {
    monitors: new Map(),
    send: (message) => {
      if (!hanging() && stream.writable) stream.write(JSON.stringify(message));
    },
    drop: () => void stream.destroy(),
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
