import { createServer } from 'node:net';
import { join } from 'node:path';
import { type FakeOvsdb, fakeClock, fakeOvsdb, type TempDir, tempDir } from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  connectOvsdb,
  type Ovsdb,
  openOvsdb,
  openSwitchReplica,
  planBridge,
  planPorts,
  planRemovePorts,
  type RowChange,
  readSwitch,
  socketConnect,
  transactAndWait,
  waitForOvs,
} from '../src/index.ts';

let dir: TempDir;
let server: FakeOvsdb;
let db: Ovsdb;
const backoff = { first: 1, last: 1 };

beforeEach(async () => {
  dir = await tempDir('ovsdb');
  server = await fakeOvsdb({ path: join(dir.path, 'db.sock') });
  db = openOvsdb(server.target, { backoff });
});

afterEach(async () => {
  await db.close();
  await server.close();
  await dir.remove();
});

async function connected(one: Ovsdb, wanted = 'connected'): Promise<void> {
  const signal = AbortSignal.timeout(5000);
  for await (const state of one.states({ signal })) if (state === wanted) return;
  throw new Error(`never ${wanted}`);
}

it('is there at once, while the server is not', async () => {
  await server.stop();
  const early = openOvsdb(server.target, { backoff });
  expect(early.state).toBe('disconnected');
  await expect(early.transact([{ op: 'comment' }])).rejects.toMatchObject({
    code: 'NOT_CONNECTED',
    message: expect.stringContaining(`Open vSwitch is not reachable at ${server.target}`),
  });
  await server.start();
  await connected(early);
  expect((await readSwitch(early)).bridges).toEqual([]);
  await early.close();
});

it('says where Open vSwitch is not reachable, and why', async () => {
  await expect(
    connectOvsdb('unix:/nowhere/db.sock', { deadline: 30, backoff }),
  ).rejects.toMatchObject({
    code: 'NOT_CONNECTED',
    message: expect.stringMatching(/^Open vSwitch is not reachable at unix:\/nowhere.*ENOENT/),
    target: 'unix:/nowhere/db.sock',
  });
  server.hang();
  await expect(connectOvsdb(server.target, { deadline: 30 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining(`Open vSwitch is not reachable at ${server.target}`),
  });
  const signal = AbortSignal.abort();
  await expect(connectOvsdb(server.target, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
});

it('speaks over TCP as well', async () => {
  const relay = createServer((socket) => {
    const there = socketConnect()({ kind: 'unix', path: join(dir.path, 'db.sock') });
    socket.pipe(there).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as { port: number };
  const remote = await connectOvsdb(`tcp:127.0.0.1:${port}`, { deadline: 5000 });
  expect(await readSwitch(remote)).toEqual(await readSwitch(remote));
  await remote.close();
  relay.close();
});

it('answers the echo of the server', async () => {
  await connected(db);
  await server.echo();
});

it('gives up a connection on which two probes found silence', async () => {
  const clock = fakeClock();
  const probed = openOvsdb(server.target, { clock, probe: 100, backoff });
  await connected(probed);
  await readSwitch(probed);
  await clock.advance(100);
  await clock.advance(100);
  await server.echo();
  expect(probed.state).toBe('connected');
  expect(server.calls).toContain('echo');
  server.hang();
  const lost = connected(probed, 'disconnected');
  for (let step = 0; step < 4; step++) await clock.advance(100);
  await lost;
  await probed.close();
});

it('ends a transaction at its deadline or signal, or when it is closed, and calls it off', async () => {
  await connected(db);
  server.hang();
  const operation = { op: 'comment', comment: 'x' };
  await expect(db.transact([operation], { deadline: 5 })).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
  const stop = new AbortController();
  const aborted = expect(db.transact([operation], { signal: stop.signal })).rejects;
  stop.abort();
  await aborted.toMatchObject({ code: 'ABORTED' });
  const closed = expect(db.transact([operation])).rejects;
  await db.close();
  await closed.toMatchObject({ code: 'ABORTED' });
  await expect(db.transact([operation])).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
});

it('ends with its signal', async () => {
  const stop = new AbortController();
  const bound = await connectOvsdb(server.target, { signal: stop.signal });
  stop.abort();
  await connected(bound, 'disconnected');
});

it('tells only what differs after a reconnection', async () => {
  await connected(db);
  const other = await connectOvsdb(server.target, { backoff });
  await transactAndWait(other, planBridge(undefined, { name: 'lab0' }));
  const ports = ['keep', 'change', 'go'].map((name) => ({ name }));
  await transactAndWait(other, planPorts(await readSwitch(other), 'lab0', ports));
  const batches: (readonly RowChange[])[] = [];
  const live: boolean[] = [];
  const synced = new Promise<void>((resolve) => {
    db.subscribe(
      { Interface: ['name', 'mtu_request'] },
      {
        changed: (batch) => batches.push(batch),
        synced: (now) => {
          live.push(now);
          if (live.length === 3) resolve();
        },
      },
    );
  });
  await readSwitch(db);
  expect(batches).toHaveLength(1);
  await server.stop();
  await connected(db, 'disconnected');
  await server.start();
  await connected(other);
  const state = await readSwitch(other);
  const changed = [...planPorts(state, 'lab0', [{ name: 'change', mtu: 9 }, { name: 'new' }])];
  await synced;
  expect(live).toEqual([true, false, true]);
  expect(batches).toHaveLength(1);
  await other.transact([...changed, ...planRemovePorts(state, 'lab0', ['go'])]);
  await readSwitch(db);
  expect(batches[1]?.map(({ before, after }) => [before?.name, after?.name])).toEqual(
    expect.arrayContaining([
      ['change', 'change'],
      ['go', undefined],
      [undefined, 'new'],
    ]),
  );
  await other.close();
});

it('keeps the last state of a replica while the server is away, and brings it up to date', async () => {
  const replica = openSwitchReplica(db);
  await replica.until(() => true, { deadline: 5000 });
  await server.stop();
  await connected(db, 'disconnected');
  expect([replica.synced, replica.current?.bridges]).toEqual([false, []]);
  await server.start();
  const other = await connectOvsdb(server.target);
  await other.transact(planBridge(undefined, { name: 'lab0' }));
  await replica.until(({ bridges }) => bridges.length === 1, { deadline: 5000 });
  expect(replica.synced).toBe(true);
  await other.close();
  const closed = expect(replica.until(() => false)).rejects.toMatchObject({
    code: 'NOT_CONNECTED',
  });
  await replica.close();
  await closed;
});

it('loses a lock with the connection or to a thief, and asks for it again', async () => {
  await connected(db);
  const lock = db.lock('dovesnap');
  await lock.acquired({ deadline: 5000 });
  expect(db.lock('dovesnap')).toBe(lock);
  server.drop();
  await connected(db, 'disconnected');
  expect(lock.owned).toBe(false);
  await lock.acquired({ deadline: 5000 });
  expect(server.calls.filter((call) => call === 'lock')).toHaveLength(2);
  await db.close();
  await expect(lock.acquired()).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
});

it('waits for ovs-vswitchd, also over a lost connection, and no longer than it may', async () => {
  await connected(db);
  await waitForOvs(db, { deadline: 5000 });
  const path = join(dir.path, 'idle.sock');
  const idle = await fakeOvsdb({ path, vswitchd: false });
  const alone = await connectOvsdb(idle.target, { backoff });
  await expect(waitForOvs(alone, { deadline: 30 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  const waiting = waitForOvs(alone, { deadline: 5000 });
  await readSwitch(alone);
  idle.drop();
  await connected(alone, 'disconnected');
  await connected(alone);
  const { nextCfg } = await readSwitch(alone);
  const row = { cur_cfg: nextCfg };
  await alone.transact([{ op: 'update', table: 'Open_vSwitch', where: [], row }]);
  await waiting;
  await alone.close();
  await idle.close();
});
