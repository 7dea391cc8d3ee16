import { join } from 'node:path';
import {
  connectOvsdb,
  ensure,
  findBridge,
  findPort,
  type Ovsdb,
  planBridge,
  planPorts,
  planRemoveBridge,
  readSwitch,
} from '@dovesnap/ovs';
import { type FakeOvsdb, fakeOvsdb, type TempDir, tempDir } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  findMirrorLink,
  type MirrorBridge,
  mirrorBridgeObstacle,
  mirrorBridges,
  planMirrorBridge,
  planNoMirrorBridge,
} from '../../../src/features/mirror/mirror-bridge.ts';
import { mirroredNetwork } from '../../../src/features/mirror/mirrored-network.ts';
import { bridgeSpec } from '../../../src/plan/networks/bridge-spec.ts';
import { sampleNetwork } from '../../plan/sample.ts';

const engineId = 'RKVJ:HCRC';
const [first, second] = ['1', '2'].map((digit, index) =>
  sampleNetwork({
    features: [mirroredNetwork(99, 99)],
    id: digit.repeat(64),
    bridge: `net${digit}`,
    vlan: 100 * (index + 1),
  }),
);
const networks = [first, second].filter((network) => network !== undefined);
const wanted: MirrorBridge = {
  ...{ engineId, name: 'odsmir13A26F', userspace: true, out: 'eth1', networks },
  taken: new Map([
    [
      'eth1',
      {
        ...{ ifindex: 7, mac: '02:00:00:00:00:01', mtu: 1500 },
        ...{ addresses: [{ address: '192.0.2.2/24' }], routes: [], merging: ['gro' as const] },
      },
    ],
  ]),
};

let dir: TempDir;
let server: FakeOvsdb;
let db: Ovsdb;

beforeEach(async () => {
  dir = await tempDir('mirror');
  server = await fakeOvsdb({ path: join(dir.path, 'db.sock') });
  db = await connectOvsdb(server.target);
  for (const network of networks) {
    const spec = bridgeSpec(network, engineId, { controllers: false });
    await ensure(db, (state) => planBridge(state, spec));
  }
});

afterEach(async () => {
  await db.close();
  await server.close();
  await dir.remove();
});

const make = (what = wanted) => ensure(db, (state) => planMirrorBridge(state, what));

describe('the mirror bridge', () => {
  test('is planned once, in one go', async () => {
    await make();
    const state = await readSwitch(db);
    expect(planMirrorBridge(state, wanted)).toEqual([]);
    expect(findBridge(state, wanted.name)).toMatchObject({
      ...{ datapathType: 'netdev', failMode: 'standalone', floodVlans: [100, 200] },
      ...{ controllers: [], otherConfig: { 'forward-bpdu': 'true', 'disable-in-band': 'true' } },
      mirrors: [{ selectAll: false, selectDstPorts: [wanted.name], outputPort: 'eth1' }],
    });
    expect(mirrorBridges(state, engineId)).toEqual([
      { name: wanted.name, userspace: true, taken: wanted.taken },
    ]);
    expect(mirrorBridges(state, 'another')).toEqual([]);
  });

  test('has a protected port on the VLAN of each network, under its number there', async () => {
    await make();
    const state = await readSwitch(db);
    for (const network of networks) {
      const link = findMirrorLink(state, network.spec);
      expect(link).toMatchObject({ ofPort: 99, closed: undefined });
      expect(findPort(state, link?.peer.port ?? '')?.port).toMatchObject({
        ...{ tag: network.spec.vlan, vlanMode: 'native-tagged', isProtected: true },
      });
    }
  });

  test('loses the link of a network that goes, and the interface that is not wanted any more', async () => {
    await make();
    await ensure(db, (state) => planRemoveBridge(state, 'net1'));
    const less = { ...wanted, out: 'eth2', networks: networks.slice(1) };
    await make(less);
    const state = await readSwitch(db);
    expect(findBridge(state, wanted.name)?.ports).toHaveLength(3);
    expect(findPort(state, 'eth1')).toBeUndefined();
    expect(findBridge(state, wanted.name)?.mirrors[0]?.outputPort).toBe('eth2');
    expect(planMirrorBridge(state, less)).toEqual([]);
  });

  test('says when another port of the network has the number of the link', async () => {
    await ensure(db, (state) => planPorts(state, 'net1', [{ name: 'tap', ofPortRequest: 99 }]));
    await make();
    const state = await readSwitch(db);
    expect(first && findMirrorLink(state, first.spec)?.closed).toContain('number 99');
  });

  test('goes with its links, and nothing else does', async () => {
    const theirs = { name: 'theirs', externalIds: { owner: 'them' } };
    await ensure(db, (state) => planBridge(state, theirs));
    await make();
    await ensure(db, (state) => planNoMirrorBridge(state, engineId));
    const state = await readSwitch(db);
    expect(state.bridges.map(({ name, ports }) => [name, ports.length]).sort()).toEqual([
      ['net1', 1],
      ['net2', 1],
      ['theirs', 1],
    ]);
    expect(planNoMirrorBridge(state, engineId)).toEqual([]);
  });

  test.each([
    ['a bridge of that name that is not ours', { name: wanted.name }, undefined, 'not ours'],
    ['the interface on another bridge', { name: 'theirs' }, 'eth1', 'eth1 is on bridge theirs'],
    ['a bridge for an interface', { name: 'eth1' }, undefined, 'eth1 is a bridge itself'],
  ])('cannot be beside %s', async (_what, bridge, port, why) => {
    await ensure(db, (state) => planBridge(state, bridge));
    if (port !== undefined) {
      await ensure(db, (state) => planPorts(state, bridge.name, [{ name: port }]));
    }
    expect(mirrorBridgeObstacle(await readSwitch(db), wanted)).toContain(why);
  });
});
