import { type PrivateOvs, privateOvs } from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  connectOvsdb,
  ensureBridge,
  ensurePatch,
  ensurePort,
  ensurePorts,
  type Ovsdb,
  openSwitchReplica,
  planBridge,
  planPorts,
  readSwitch,
  removeBridge,
  removePort,
  type SwitchReplica,
  type SwitchState,
  transactAndWait,
  waitForOvs,
} from '../src/index.ts';

let ovs: PrivateOvs;
let db: Ovsdb;
let replica: SwitchReplica;
const wait = { deadline: 20_000 };

beforeAll(async () => {
  ovs = await privateOvs();
  db = await connectOvsdb(ovs.dbTarget, wait);
  replica = openSwitchReplica(db);
});

afterAll(async () => {
  await replica?.close();
  await db?.close();
  await ovs?.close();
});

it('makes a bridge that ovs-vswitchd reports as it was wanted', async () => {
  const spec = {
    name: 'lab0',
    datapathType: 'netdev',
    failMode: 'secure',
    datapathId: 0xe0f0_0000_affe_0001n,
    hwaddr: '02:00:00:00:00:01',
    mtu: 1400,
    controllers: [
      { target: 'tcp:127.0.0.1', maxBackoff: 1000, inactivityProbe: 60_000, rateLimit: 200 },
    ],
    externalIds: { owner: 'lab' },
  } as const;
  await ensureBridge(db, spec, wait);
  // ovs-vswitchd reports addresses on its own time, after cur_cfg.
  const addressOf = ({ bridges }: SwitchState) => bridges[0]?.ports[0]?.interfaces[0]?.mac;
  await replica.until((now) => addressOf(now) === '02:00:00:00:00:01', wait);
  const state = await readSwitch(db);
  expect(planBridge(state, spec)).toEqual([]);
  expect(state.datapathTypes).toContain('netdev');
  const [bridge] = state.bridges;
  expect(bridge?.datapathId).toBe(0xe0f0_0000_affe_0001n);
  expect(bridge?.ports[0]?.interfaces[0]).toMatchObject({ ofPort: 65534, mtu: 1400 });
  expect(replica.current).toEqual(state);
});

it('gives the number that a port asked for, the same again, and another when it is taken', async () => {
  const seven = { name: 't7', type: 'internal', ofPortRequest: 7 };
  expect(await ensurePort(db, 'lab0', seven, wait)).toEqual({ name: 't7', ofPort: 7 });
  expect(await ensurePort(db, 'lab0', seven, wait)).toEqual({ name: 't7', ofPort: 7 });
  const also = { ...seven, name: 't8' };
  expect((await ensurePort(db, 'lab0', also, { ...wait, replica })).ofPort).not.toBe(7);
  await removePort(db, 'lab0', 't8', wait);
});

it('says why a port could not be opened', async () => {
  await expect(ensurePort(db, 'lab0', { name: 'nosuch0' }, wait)).rejects.toMatchObject({
    code: 'PORT_FAILED',
    port: 'nosuch0',
    message: expect.stringContaining('No such device'),
  });
  await removePort(db, 'lab0', 'nosuch0', wait);
});

it('joins bridges by patch ports', async () => {
  await ensureBridge(db, { name: 'lab1', datapathType: 'netdev' }, wait);
  const ends = [
    { bridge: 'lab0', port: 'to1', ofPortRequest: 100 },
    { bridge: 'lab1', port: 'to0' },
  ] as const;
  await ensurePatch(db, ends, wait);
  const state = await readSwitch(db);
  const port = state.bridges
    .find(({ name }) => name === 'lab0')
    ?.ports.find(({ name }) => name === 'to1');
  expect(port?.interfaces).toMatchObject([
    { type: 'patch', ofPort: 100, options: { peer: 'to0' }, error: undefined },
  ]);
  await removeBridge(db, 'lab1', wait);
});

it('takes what forwarding without a controller goes by, and plans nothing when it is so', async () => {
  const bridge = { name: 'lab1', datapathType: 'netdev', floodVlans: [200, 100] } as const;
  const port = { name: 'v1', type: 'internal', tag: 100, isProtected: true } as const;
  const changed = { ...port, tag: 200, vlanMode: 'native-tagged', isProtected: false } as const;
  await ensureBridge(db, bridge, wait);
  await ensurePort(db, 'lab1', port, wait);
  await ensurePort(db, 'lab1', changed, wait);
  const lab1 = (await readSwitch(db)).bridges.find(({ name }) => name === 'lab1');
  expect(lab1?.floodVlans).toEqual([100, 200]);
  expect(lab1?.ports.find(({ name }) => name === 'v1')).toMatchObject({
    ...{ tag: 200, vlanMode: 'native-tagged', isProtected: false },
  });
  const state = await readSwitch(db);
  expect([...planBridge(state, bridge), ...planPorts(state, 'lab1', [changed])]).toEqual([]);
  expect(planBridge(state, { ...bridge, floodVlans: [] })).not.toEqual([]);
  await removeBridge(db, 'lab1', wait);
});

it('makes a bridge with its first ports in one transaction', async () => {
  const state = await readSwitch(db);
  const ports = Array.from({ length: 50 }, (_, index) => ({
    name: `q${index}`,
    type: 'internal',
    ofPortRequest: 10 + index,
  }));
  const operations = [
    ...planBridge(state, { name: 'lab2', datapathType: 'netdev', datapathId: 2n }),
    ...planPorts(state, 'lab2', ports),
  ];
  await transactAndWait(db, operations, wait);
  const made = await ensurePorts(db, 'lab2', ports, wait);
  expect(made.map(({ ofPort }) => ofPort)).toEqual(ports.map(({ ofPortRequest }) => ofPortRequest));
  await removeBridge(db, 'lab2', wait);
});

it('is whole again after ovsdb-server and ovs-vswitchd were restarted', async () => {
  const before = await readSwitch(db);
  const lost = new AbortController();
  const states = db.states({ signal: lost.signal })[Symbol.asyncIterator]();
  await states.next();
  await ovs.restartDatabase();
  expect((await states.next()).value).toBe('disconnected');
  expect((await states.next()).value).toBe('connected');
  lost.abort();
  await ovs.restartSwitch();
  await waitForOvs(db, wait);
  const names = ({ bridges }: typeof before) => bridges.map(({ name }) => name);
  const after = await replica.until(
    (state) => state.bridges.length === before.bridges.length,
    wait,
  );
  expect(names(after)).toEqual(names(before));
  expect((await ensurePort(db, 'lab0', { name: 't7' }, wait)).ofPort).toBe(7);
});

it('ends at its deadline while ovs-vswitchd does not run', async () => {
  await ovs.stopSwitch();
  await expect(waitForOvs(db, { deadline: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  await ovs.startSwitch();
  await waitForOvs(db, wait);
});

it('has given a port its MTU when it says so, and says when the port has not taken it', async () => {
  await ensureBridge(db, { name: 'mtu0', datapathType: 'netdev', mtu: 1400 }, wait);
  for (const mtu of [1300, 9000, 1450]) {
    const port = { name: 'm1', type: 'internal', mtu };
    await ensurePort(db, 'mtu0', port, wait);
    await ensureBridge(db, { name: 'mtu0', mtu }, wait);
    const { stdout } = await ovs.run('ip', ['-json', 'link', 'show', 'm1']);
    expect(JSON.parse(stdout)).toMatchObject([{ mtu }]);
  }
  // The kernel's tap devices end at 65,535 bytes of frame.
  const most = { name: 'm1', type: 'internal', mtu: 65_535 };
  await expect(ensurePort(db, 'mtu0', most, wait)).rejects.toMatchObject({
    ...{ code: 'MTU_REFUSED', port: 'm1', bridge: 'mtu0' },
    message: expect.stringMatching(/did not take the MTU 65535: /),
  });
  const tunnel = { name: 'v1', type: 'vxlan', options: { remote_ip: '192.0.2.1' }, mtu: 1400 };
  await expect(ensurePort(db, 'mtu0', tunnel, wait)).rejects.toMatchObject({
    code: 'MTU_REFUSED',
  });
  await removeBridge(db, 'mtu0', wait);
});

it('cuts a long name off without a word when it is asked by others, which is why we refuse it', async () => {
  await ensureBridge(db, { name: 'names0', datapathType: 'netdev' }, wait);
  const name = 'sixteen-bytes-16';
  await expect(ensurePort(db, 'names0', { name, type: 'internal' }, wait)).rejects.toMatchObject({
    code: 'BAD_NAME',
  });
  const args = ['--timeout=10', 'add-port', 'names0', name, '--', 'set', 'interface', name];
  await ovs.run('ovs-vsctl', [`--db=${ovs.dbTarget}`, ...args, 'type=internal']);
  await expect(ovs.run('ip', ['link', 'show', name.slice(0, 15)])).resolves.toBeDefined();
  await removeBridge(db, 'names0', wait);
});
