import { expect, it } from 'vitest';
import {
  type BridgeSpec,
  type Ovsdb,
  openSwitchReplica,
  planBridge,
  planExternalIds,
  planMirror,
  planOutOfBand,
  planPatch,
  planPorts,
  planRemoveBridge,
  planRemoveMirror,
  planRemovePorts,
  type RowChange,
  readSwitch,
  type SwitchState,
} from '../src/index.ts';
import { schemaContract } from './schema-contract.ts';

const lab = {
  name: 'lab0',
  datapathType: 'netdev',
  failMode: 'secure',
  datapathId: 0xe0f0_0000_affe_0001n,
  controllers: [
    {
      ...{ target: 'tcp:127.0.0.1:6653', maxBackoff: 1000, inactivityProbe: 60_000 },
      ...{ rateLimit: 200, connectionMode: 'out-of-band' },
    },
  ],
  hwaddr: '02:00:00:00:00:01',
  disableInBand: true,
  externalIds: { owner: 'lab', note: 'ä "quoted" {[\\]}' },
  mtu: 1400,
} as const satisfies BridgeSpec;

/** What every OVSDB server with the schema of Open_vSwitch must do for us: real ones and the fake one. */
export function ovsdbContract(connect: () => Ovsdb): void {
  it('commits a bridge, its ports and their records as one transaction', async () => {
    const db = connect();
    const before = await readSwitch(db);
    await db.transact([
      ...planBridge(before, lab),
      ...planPorts(before, 'lab0', [{ name: 'p7', ofPortRequest: 7, externalIds: { a: '1' } }]),
      ...planExternalIds(before, 'Interface', 'p7', { a: null, b: '2' }),
      ...planExternalIds(before, 'Bridge', 'lab0', { owner: 'me' }),
    ]);
    const after = await readSwitch(db);
    const bridge = after.bridges.find(({ name }) => name === 'lab0');
    expect(bridge).toMatchObject({
      datapathType: 'netdev',
      failMode: 'secure',
      controllers: lab.controllers,
      otherConfig: {
        ...{ 'datapath-id': 'e0f00000affe0001', hwaddr: '02:00:00:00:00:01' },
        'disable-in-band': 'true',
      },
      externalIds: { owner: 'me', note: lab.externalIds.note },
    });
    const port = bridge?.ports.find(({ name }) => name === 'p7');
    expect(port?.interfaces).toMatchObject([{ ofPortRequest: 7, externalIds: { b: '2' } }]);
    expect(planBridge(after, { ...lab, externalIds: {} })).toEqual([]);
    expect(planPorts(after, 'lab0', [{ name: 'p7', ofPortRequest: 7 }])).toEqual([]);
  });

  it('changes only what differs and leaves the keys of others alone', async () => {
    const db = connect();
    const where = [['name', '==', 'lab0']];
    const mutations = [['external_ids', 'insert', ['map', [['theirs', 'x']]]]];
    await db.transact([{ op: 'mutate', table: 'Bridge', where, mutations }]);
    const controllers = [
      { target: 'tcp:[::1]:6653' },
      { target: 'tcp:127.0.0.1', inactivityProbe: 0 },
    ];
    const spec = { ...lab, controllers, failMode: 'standalone', otherConfig: { x: 'y' } } as const;
    await db.transact(planBridge(await readSwitch(db), spec));
    const after = await readSwitch(db);
    expect(planBridge(after, spec)).toEqual([]);
    const bridge = after.bridges.find(({ name }) => name === 'lab0');
    expect(bridge?.externalIds).toMatchObject({ theirs: 'x', owner: 'lab' });
    expect(new Set(bridge?.controllers.map(({ target }) => target))).toEqual(
      new Set(['tcp:[::1]:6653', 'tcp:127.0.0.1:6653']),
    );
    await db.transact(planBridge(after, { name: 'lab0', controllers: [] }));
    expect((await readSwitch(db)).bridges[0]?.controllers).toEqual([]);
  });

  it('takes in-band control off a bridge, whoever added its controllers, and nothing else', async () => {
    const db = connect();
    const spec = {
      ...{ name: 'lab0', disableInBand: false },
      controllers: [
        { target: 'tcp:127.0.0.1', connectionMode: 'in-band' },
        { target: 'tcp:192.0.2.1' },
      ],
    } as const;
    await db.transact(planBridge(await readSwitch(db), spec));
    const before = await readSwitch(db);
    const find = (state: SwitchState) => state.bridges.find(({ name }) => name === 'lab0');
    expect(
      find(before)
        ?.controllers.map((item) => item.connectionMode)
        .sort(),
    ).toEqual(['in-band', undefined]);
    await db.transact(planOutOfBand(before, 'lab0'));
    const after = await readSwitch(db);
    expect(find(after)).toEqual({
      ...find(before),
      otherConfig: { ...find(before)?.otherConfig, 'disable-in-band': 'true' },
      controllers: find(before)?.controllers.map((item) => ({
        ...item,
        connectionMode: 'out-of-band',
      })),
    });
    expect(planOutOfBand(after, 'lab0')).toEqual([]);
    expect(planOutOfBand(after, 'none')).toEqual([]);
    await db.transact(planBridge(after, { name: 'lab0', controllers: [] }));
  });

  it('joins two bridges and mirrors a port, and takes both away again', async () => {
    const db = connect();
    const other = { name: 'lab1', datapathType: 'netdev' } as const;
    const ends = [
      { bridge: 'lab0', port: 'to1' },
      { bridge: 'lab1', port: 'to0', ofPortRequest: 9 },
    ] as const;
    const mirror = { name: 'm', selectSrcPorts: ['p7'], outputPort: 'tap' };
    const all = (state: Awaited<ReturnType<typeof readSwitch>>) => [
      ...planBridge(state, other),
      ...planPatch(state, ends),
      ...planPorts(state, 'lab0', [{ name: 'tap' }]),
      ...planMirror(state, 'lab0', mirror),
    ];
    await db.transact(all(await readSwitch(db)));
    const made = await readSwitch(db);
    expect(all(made)).toEqual([]);
    await db.transact(planMirror(made, 'lab0', { ...mirror, selectDstPorts: ['p7', 'to1'] }));
    const changed = await readSwitch(db);
    expect(changed.bridges.find(({ name }) => name === 'lab0')?.mirrors).toMatchObject([
      { name: 'm', selectSrcPorts: ['p7'], selectAll: false, outputPort: 'tap' },
    ]);
    await db.transact([
      ...planRemoveMirror(changed, 'lab0', 'm'),
      ...planRemovePorts(changed, 'lab0', ['to1', 'tap', 'nosuch']),
      ...planRemoveBridge(changed, 'lab1'),
    ]);
    const after = await readSwitch(db);
    expect(after.bridges.map(({ name }) => name)).toEqual(['lab0']);
    expect(new Set(after.bridges[0]?.ports.map(({ name }) => name))).toEqual(
      new Set(['lab0', 'p7']),
    );
    expect(after.bridges[0]?.mirrors).toEqual([]);
  });

  it('fails a transaction with CONFLICT when what it was planned on is gone', async () => {
    const db = connect();
    const state = await readSwitch(db);
    await db.transact(planBridge(state, { name: 'brief' }));
    const stale = await readSwitch(db);
    await db.transact(planRemoveBridge(stale, 'brief'));
    const plans = [
      planPorts(stale, 'brief', [{ name: 'late' }]),
      planPorts(state, 'brief', [{ name: 'late' }]),
      planBridge(stale, { name: 'brief', failMode: 'secure' }),
      planExternalIds(stale, 'Bridge', 'brief', { a: 'b' }),
      planExternalIds(undefined, 'Interface', 'nosuch', { a: 'b' }),
    ];
    for (const plan of plans) {
      await expect(db.transact(plan)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    expect(planRemoveBridge(await readSwitch(db), 'brief')).toEqual([]);
  });

  it('names the operation that was refused', async () => {
    const db = connect();
    const twice = planBridge(undefined, { name: 'lab0' });
    await expect(db.transact(twice)).rejects.toMatchObject({ code: 'CONSTRAINT' });
    const lock = { op: 'assert', lock: 'never' };
    await expect(db.transact([lock])).rejects.toMatchObject({
      code: 'NOT_LOCK_OWNER',
      operation: lock,
    });
    const bad = { op: 'nonsense' };
    await expect(db.transact([bad])).rejects.toMatchObject({ code: 'TRANSACTION' });
  });

  schemaContract(connect);

  it('tells rows as they are, come, change and go', async () => {
    const db = connect();
    const stop = new AbortController();
    const rows = db.monitor({ Bridge: ['name', 'fail_mode'] }, { signal: stop.signal });
    const changes = rows[Symbol.asyncIterator]();
    const next = async (): Promise<RowChange> => (await changes.next()).value as RowChange;
    expect(await next()).toMatchObject({ before: undefined, after: { name: 'lab0' } });
    await db.transact(planBridge(await readSwitch(db), { name: 'tmp0' }));
    expect(await next()).toMatchObject({ before: undefined, after: { name: 'tmp0' } });
    await db.transact(planBridge(await readSwitch(db), { name: 'tmp0', failMode: 'secure' }));
    const { before, after } = await next();
    expect(before).toEqual({ name: 'tmp0', fail_mode: undefined });
    expect(after).toEqual({ name: 'tmp0', fail_mode: 'secure' });
    await db.transact(planRemoveBridge(await readSwitch(db), 'tmp0'));
    expect(await next()).toMatchObject({ before: after, after: undefined });
    const last = changes.next();
    stop.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('keeps a replica that holds a change before the transaction that made it has resolved', async () => {
    const db = connect();
    const replica = openSwitchReplica(db);
    await replica.until(() => true, { deadline: 5000 });
    expect(replica.current).toEqual(await readSwitch(db));
    for (const name of ['r1', 'r2', 'r3']) {
      await db.transact(planPorts(replica.current, 'lab0', [{ name }]));
      expect(planPorts(replica.current, 'lab0', [{ name }])).toEqual([]);
    }
    await db.transact(planRemovePorts(replica.current, 'lab0', ['r1', 'r2', 'r3']));
    expect(replica.current).toEqual(await readSwitch(db));
    await replica.close();
  });

  it('carries a text of a megabyte in any script', async () => {
    const db = connect();
    const long = '{"ключ": ["値", "\\\\"]} 🦆'.repeat(40_000);
    await db.transact(planExternalIds(undefined, 'Bridge', 'lab0', { long }));
    const state = await readSwitch(db);
    expect(state.bridges[0]?.externalIds.long).toBe(long);
    await db.transact(planExternalIds(state, 'Bridge', 'lab0', { long: null }));
    expect((await readSwitch(db)).bridges[0]?.externalIds.long).toBeUndefined();
  });

  it('hands a lock to one client at a time', async () => {
    const [first, second] = [connect(), connect()];
    const [held, wanted] = [first.lock('l'), second.lock('l')];
    await held.acquired({ deadline: 5000 });
    await first.transact([held.assertion()]);
    await expect(wanted.acquired({ deadline: 10 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(second.transact([wanted.assertion()])).rejects.toMatchObject({
      code: 'NOT_LOCK_OWNER',
    });
    await held.release();
    await wanted.acquired({ deadline: 5000 });
    expect([held.owned, wanted.owned]).toEqual([false, true]);
    await second.transact([wanted.assertion()]);
    await wanted.release();
  });
}
