import { join } from 'node:path';
import { type FakeOvsdb, fakeOvsdb, type TempDir, tempDir } from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  connectOvsdb,
  ensureBridge,
  ensurePort,
  ensurePorts,
  type Ovsdb,
  openSwitchReplica,
  planBridge,
  planPorts,
  readSwitch,
  removePort,
  type SwitchState,
  transactAndWait,
  usedColumns,
} from '../src/index.ts';
import { switchBuilder } from '../src/switch/switch-builder.ts';

let dir: TempDir;
let server: FakeOvsdb;
let db: Ovsdb;

beforeEach(async () => {
  dir = await tempDir('ovsdb');
  server = await fakeOvsdb({ path: join(dir.path, 'db.sock') });
  db = await connectOvsdb(server.target);
});

afterEach(async () => {
  await db.close();
  await server.close();
  await dir.remove();
});

it('gives a port the number it asked for, or another', async () => {
  await ensureBridge(db, { name: 'lab0' });
  expect(await ensurePort(db, 'lab0', { name: 'a', ofPortRequest: 7 })).toEqual({
    name: 'a',
    ofPort: 7,
  });
  const ports = await ensurePorts(db, 'lab0', [{ name: 'b', ofPortRequest: 7 }, { name: 'a' }]);
  expect(ports).toEqual([
    { name: 'b', ofPort: 1 },
    { name: 'a', ofPort: 7 },
  ]);
  await removePort(db, 'lab0', 'a');
  await removePort(db, 'lab0', 'a');
  expect((await readSwitch(db)).bridges[0]?.ports).toHaveLength(2);
});

it('refuses a port for a bridge that is not there, or that another bridge has', async () => {
  await expect(ensurePort(db, 'lab0', { name: 'a' })).rejects.toMatchObject({
    code: 'BRIDGE_NOT_FOUND',
    bridge: 'lab0',
  });
  await ensureBridge(db, { name: 'lab0' });
  await ensureBridge(db, { name: 'lab1' });
  await ensurePort(db, 'lab0', { name: 'a' });
  await expect(ensurePort(db, 'lab1', { name: 'a' })).rejects.toMatchObject({
    code: 'PORT_EXISTS',
    port: 'a',
    bridge: 'lab0',
  });
  await expect(ensureBridge(db, { name: 'a' })).rejects.toMatchObject({ code: 'PORT_EXISTS' });
});

it('plans again when someone else was faster, and gives up when that never ends', async () => {
  const replica = openSwitchReplica(db);
  await replica.until(() => true);
  await db.transact(planBridge(undefined, { name: 'lab0' }));
  server.refuseTransaction(1, 'timed out');
  await ensureBridge(db, { name: 'lab0', failMode: 'secure' });
  server.refuseTransaction(0, 'constraint violation');
  await ensurePort(db, 'lab0', { name: 'a' }, { replica });
  const never = { name: 'lab0', controllers: [{ target: 'tcp:h', maxBackoff: 1000 }] };
  let tries = 0;
  const losing: Ovsdb = {
    ...db,
    decodeRow: db.decodeRow,
    hasColumn: db.hasColumn,
    transact: async (operations, wait) => {
      if (operations.some(({ op }) => op === 'update' || op === 'insert')) {
        tries++;
        await ensureBridge(db, { name: 'lab0', controllers: [{ target: `tcp:h${tries}` }] });
      }
      return await db.transact(operations, wait);
    },
  };
  await expect(ensureBridge(losing, never)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(tries).toBe(10);
});

it('says why a port could not be taken up', async () => {
  await ensureBridge(db, { name: 'lab0' });
  const failing: Ovsdb = {
    ...db,
    decodeRow: (table, row) => ({
      ...db.decodeRow(table, row),
      ...(table === 'Interface' && !('name' in row) ? { ofport: -1, error: 'No such device' } : {}),
    }),
  };
  await expect(ensurePort(failing, 'lab0', { name: 'a' })).rejects.toMatchObject({
    code: 'PORT_FAILED',
    port: 'a',
    bridge: 'lab0',
    message: expect.stringContaining('No such device'),
  });
});

it('ends a wait with the error of its own test, and leaves the connection alone', async () => {
  const replica = openSwitchReplica(db);
  const waiting = replica.until(({ bridges }) => {
    if (bridges.length > 0) throw new Error('mine');
    return false;
  });
  const ended = expect(waiting).rejects.toThrow('mine');
  await ensureBridge(db, { name: 'lab0' });
  await ended;
  expect([db.state, replica.synced]).toEqual(['connected', true]);
  await replica.close();
});

it('merges changes that come while the reader works', async () => {
  const replica = openSwitchReplica(db);
  const stop = new AbortController();
  const changes = replica.changes({ signal: stop.signal })[Symbol.asyncIterator]();
  await changes.next();
  for (const name of ['a', 'b', 'c']) await ensureBridge(db, { name });
  const { value } = (await changes.next()) as { value: SwitchState };
  expect(value).toBe(replica.current);
  expect(value.bridges).toHaveLength(3);
  const last = changes.next();
  stop.abort();
  expect((await last).done).toBe(true);
  await replica.close();
});

it('keeps what did not change, and never watches statistics', async () => {
  const columns: readonly string[] = Object.values(usedColumns).flat();
  expect(columns).not.toContain('statistics');
  const replica = openSwitchReplica(db);
  await transactAndWait(db, [
    ...planBridge(undefined, { name: 'lab0' }),
    ...planBridge(undefined, { name: 'lab1' }),
    ...planPorts(undefined, 'lab0', [{ name: 'a' }, { name: 'b' }]),
  ]);
  const before = replica.current;
  await ensurePort(db, 'lab0', { name: 'a', mtu: 1400 });
  const after = replica.current;
  const find = (state: SwitchState | undefined, name: string) =>
    state?.bridges.find((bridge) => bridge.name === name);
  const port = (state: SwitchState | undefined, name: string) =>
    find(state, 'lab0')?.ports.find((candidate) => candidate.name === name);
  expect(find(after, 'lab1')).toBe(find(before, 'lab1'));
  expect(port(after, 'b')).toBe(port(before, 'b'));
  expect(port(after, 'a')?.interfaces[0]?.mtuRequest).toBe(1400);
  expect(port(before, 'a')?.interfaces[0]?.mtuRequest).toBeUndefined();
  await replica.close();
});

it('takes a change of one interface among a thousand in well under a millisecond', () => {
  const builder = switchBuilder();
  const names = Array.from({ length: 1000 }, (_, index) => `p${index}`);
  const row = (table: string, uuid: string, after: Record<string, unknown>) => ({
    ...{ table, uuid, before: undefined, after },
  });
  builder.apply([
    row('Open_vSwitch', 'root', { bridges: ['b'], next_cfg: 0, cur_cfg: 0 }),
    row('Bridge', 'b', { name: 'lab0', ports: names.map((name) => `port-${name}`) }),
    ...names.map((name) => row('Port', `port-${name}`, { name, interfaces: [`if-${name}`] })),
    ...names.map((name) => row('Interface', `if-${name}`, { name, external_ids: {} })),
  ]);
  builder.build();
  const update = (count: number): void => {
    const name = names[count % names.length] ?? '';
    builder.apply([row('Interface', `if-${name}`, { name, ofport: count, external_ids: {} })]);
    builder.build();
  };
  for (let count = 0; count < 200; count++) update(count);
  const before = process.cpuUsage();
  for (let count = 0; count < 500; count++) update(count);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 500 / 1000).toBeLessThan(0.5);
});

it('says when a port has not the MTU that it was to have', async () => {
  await ensureBridge(db, { name: 'lab0', mtu: 1400 });
  await ensurePort(db, 'lab0', { name: 'a', mtu: 1400 });
  const patch = { name: 'b', type: 'patch', options: { peer: 'c' }, mtu: 1400 };
  await expect(ensurePort(db, 'lab0', patch)).rejects.toMatchObject({
    ...{ code: 'MTU_REFUSED', port: 'b', bridge: 'lab0' },
    message: 'Port b on lab0 did not take the MTU 1400: ports of its kind have none',
  });
  const stuck: Ovsdb = {
    ...db,
    hasColumn: db.hasColumn,
    decodeRow: (table, row) => ({
      ...db.decodeRow(table, row),
      ...('mtu' in row && { mtu: 1500 }),
    }),
  };
  await expect(ensurePort(stuck, 'lab0', { name: 'a', mtu: 1400 })).rejects.toMatchObject({
    message: 'Port a on lab0 did not take the MTU 1400: it has 1500',
  });
  await expect(ensureBridge(stuck, { name: 'lab0', mtu: 1400 })).rejects.toMatchObject({
    ...{ code: 'MTU_REFUSED', port: 'lab0', bridge: 'lab0' },
  });
});

it.each(['a-very-long-name', 'eine-brücke-zwei', 'a b', 'a/b', 'a:b', '', '.', '..'])(
  'refuses %j as the name of a bridge or a device, and plans nothing',
  async (name) => {
    await ensureBridge(db, { name: 'lab0' });
    const error = { code: 'BAD_NAME', port: name };
    const itself = { code: 'BAD_NAME', bridge: name };
    await expect(ensureBridge(db, { name })).rejects.toMatchObject(itself);
    await expect(ensurePort(db, 'lab0', { name })).rejects.toMatchObject(error);
    const internal = { name, type: 'internal' };
    await expect(ensurePort(db, 'lab0', internal)).rejects.toMatchObject(error);
  },
);

it('takes a name that fits to the byte, and a longer one where no device has it', async () => {
  await ensureBridge(db, { name: 'exactly-fifteen' });
  const patch = { name: 'patch-of-a-name-without-end', type: 'patch', options: { peer: 'b' } };
  await ensurePort(db, 'exactly-fifteen', patch);
  await ensurePort(db, 'exactly-fifteen', { name: patch.name, tag: 5 });
});

it('reads the columns that a spec names beside its own, and so plans nothing the second time', async () => {
  const replica = openSwitchReplica(db);
  await replica.until(() => true);
  const bridge = { name: 'lab0', columns: { stp_enable: true } };
  const port = {
    name: 'a',
    portColumns: { bond_updelay: 5 },
    interfaceColumns: { mtu_request: 1400 },
  };
  for (const _ of ['make', 'again']) {
    await ensureBridge(db, bridge, { replica });
    await ensurePort(db, 'lab0', port, { replica });
  }
  expect((await readSwitch(db)).nextCfg).toBe(2);
});
