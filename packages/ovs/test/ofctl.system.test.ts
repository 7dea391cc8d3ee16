import { type PrivateOvs, privateOvs } from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  connectOvsdb,
  ensureBridge,
  ensurePorts,
  type Ofctl,
  type Ovsdb,
  ofctl,
} from '../src/index.ts';

let ovs: PrivateOvs;
let db: Ovsdb;
let flows: Ofctl;
const wait = { deadline: 10_000 };

beforeAll(async () => {
  ovs = await privateOvs();
  db = await connectOvsdb(ovs.dbTarget, wait);
  await ensureBridge(db, { name: 'lab0', datapathType: 'netdev', failMode: 'secure' }, wait);
  const ports = [
    { name: 'p7', type: 'internal', ofPortRequest: 7 },
    { name: 'p8', type: 'internal', ofPortRequest: 8 },
  ];
  await ensurePorts(db, 'lab0', ports, wait);
  await ovs.run('ip', ['link', 'set', 'p8', 'up']);
  flows = ofctl({ rundir: ovs.rundir });
});

afterAll(async () => {
  await db?.close();
  await ovs?.close();
});

it('adds, lists and deletes flows', async () => {
  const [first, second] = [
    { table: 0, priority: 9, cookie: 0x5adc15c0n, match: 'ip,in_port=7', actions: 'goto_table:1' },
    { table: 1, priority: 32768, cookie: 2n, match: '', actions: 'drop' },
  ] as const;
  await flows.replaceFlows('lab0', [first, second]);
  expect(await flows.dumpFlows('lab0')).toEqual([first, second]);
  expect(await flows.dumpFlows('lab0', { match: 'in_port=7' })).toEqual([first]);
  await flows.deleteFlows('lab0', [{ cookie: 2n }]);
  expect(await flows.dumpFlows('lab0')).toEqual([first]);
});

it('does all edits of a bundle or none', async () => {
  const before = await flows.dumpFlows('lab0');
  const edits = [
    { delete: {} },
    { add: { match: 'in_port=8', actions: 'goto_table:253,goto_table:1' } },
  ] as const;
  await expect(flows.editFlows('lab0', edits)).rejects.toMatchObject({
    code: 'OFCTL',
    bridge: 'lab0',
  });
  expect(await flows.dumpFlows('lab0')).toEqual(before);
});

it('sends a frame through the flows as if it had come in on a port', async () => {
  await flows.replaceFlows('lab0', [
    { match: 'in_port=7,dl_dst=ff:ff:ff:ff:ff:ff', actions: 'goto_table:1' },
    { table: 1, match: 'in_port=7', actions: 'output:8,CONTROLLER:128' },
  ]);
  const packet = new Uint8Array(60).fill(0xff, 0, 6);
  await flows.packetOut('lab0', { inPort: 7, packet });
  const { stdout } = await ovs.run('ovs-ofctl', ['-OOpenFlow13', 'dump-ports', 'lab0', '8']);
  expect(stdout).toMatch(/tx pkts=1,/);
  const dumped = await ovs.run('ovs-ofctl', ['-OOpenFlow13', 'dump-flows', 'lab0', 'table=1']);
  expect(dumped.stdout).toContain('n_packets=1,');
});

it('tells the numbers of the ports', async () => {
  const numbers = await flows.portNumbers('lab0');
  expect(Object.fromEntries(numbers)).toEqual({ p7: 7, p8: 8, lab0: 65534 });
});

it('blocks ports in both directions until they are unblocked, the local one too', async () => {
  await flows.replaceFlows('lab0', [{ match: 'in_port=7', actions: 'output:8' }]);
  const sent = async (): Promise<string | undefined> => {
    const { stdout } = await ovs.run('ovs-ofctl', ['-OOpenFlow13', 'dump-ports', 'lab0', '8']);
    return /tx pkts=(\d+),/.exec(stdout)?.[1];
  };
  const before = await sent();
  const packet = new Uint8Array(60).fill(0xff, 0, 6);
  await flows.blockPort('lab0', 'p7');
  await flows.blockPort('lab0', 'lab0');
  expect(await flows.blockedPorts('lab0')).toEqual(new Set(['p7', 'lab0']));
  await flows.packetOut('lab0', { inPort: 7, packet });
  await flows.unblockPort('lab0', 'p7');
  await flows.blockPort('lab0', 'p8');
  await flows.packetOut('lab0', { inPort: 7, packet });
  expect(await sent()).toBe(before);
  await flows.unblockPort('lab0', 'p8');
  await flows.unblockPort('lab0', 'lab0');
  expect(await flows.blockedPorts('lab0')).toEqual(new Set());
  await flows.packetOut('lab0', { inPort: 7, packet });
  expect(await sent()).toBe(String(Number(before) + 1));
});

it('says of a port to block that it is not there', async () => {
  await expect(flows.blockPort('lab0', 'nosuch')).rejects.toMatchObject({
    code: 'OFCTL',
    message: expect.stringContaining('mod-port'),
  });
});

it('says which bridge is not there', async () => {
  const error = { code: 'BRIDGE_NOT_FOUND', bridge: 'nobr' };
  await expect(flows.dumpFlows('nobr')).rejects.toMatchObject(error);
  await expect(flows.replaceFlows('nobr', [])).rejects.toMatchObject(error);
  await expect(flows.deleteFlows('nobr', [{ match: 'in_port=1' }])).rejects.toMatchObject(error);
  await expect(ofctl({ run: ovs.run }).dumpFlows('nobr')).rejects.toMatchObject(error);
});

const table = [
  { table: 0, priority: 9, cookie: 1n, match: 'ip,in_port=7', actions: 'goto_table:1' },
  { table: 0, priority: 9, cookie: 2n, match: 'in_port=LOCAL', actions: 'goto_table:1' },
  {
    ...{ table: 1, priority: 8, cookie: 2n },
    ...{ match: 'dl_vlan=100,dl_dst=02:00:00:00:00:0a', actions: 'pop_vlan,output:7' },
  },
  {
    ...{ table: 1, priority: 8, cookie: 3n },
    ...{ match: 'dl_vlan=100,dl_dst=02:00:00:00:00:0b', actions: 'pop_vlan,output:8' },
  },
  { table: 1, priority: 1, cookie: 3n, match: 'dl_vlan=101', actions: 'drop' },
];

it.each([
  {},
  { table: 0 },
  { cookie: 2n },
  { table: 0, match: 'in_port=7' },
  { match: 'in_port=65534' },
  { match: 'dl_vlan=100' },
  { match: 'dl_vlan=100,dl_dst=02:00:00:00:00:0b' },
  { match: 'dl_vlan=100,dl_dst=02:00:00:00:00:0a,out_port=7' },
  { match: 'dl_vlan=100,out_port=8' },
])('deletes without a program what ovs-ofctl would: %o', async (filter) => {
  await flows.replaceFlows('lab0', table);
  const programs = { rundir: ovs.rundir, protocol: 'OpenFlow13,OpenFlow14' };
  await ofctl(programs).deleteFlows('lab0', [filter]);
  const left = await flows.dumpFlows('lab0');
  await flows.replaceFlows('lab0', table);
  const run = () => Promise.reject(new Error('a program was started'));
  await ofctl({ rundir: ovs.rundir, run }).deleteFlows('lab0', [filter]);
  expect(await flows.dumpFlows('lab0')).toEqual(left);
  expect(left.length).toBeLessThan(table.length);
});

it('makes fifty deletions and frames at once', async () => {
  await flows.replaceFlows('lab0', table);
  const packet = new Uint8Array(60);
  const all = Array.from({ length: 50 }, async (_, n) => {
    await flows.deleteFlows('lab0', [{ match: `in_port=${n}` }]);
    await flows.packetOut('lab0', { inPort: 7, packet });
  });
  await Promise.all(all);
  expect((await flows.dumpFlows('lab0')).length).toBe(table.length - 1);
});
