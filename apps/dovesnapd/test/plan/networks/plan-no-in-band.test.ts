import { join } from 'node:path';
import {
  type BridgeSpec,
  connectOvsdb,
  ensure,
  ensureBridge,
  findBridge,
  type Ovsdb,
  planBridge,
  readSwitch,
} from '@dovesnap/ovs';
import { type FakeOvsdb, fakeOvsdb, type TempDir, tempDir } from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bridgeSpec } from '../../../src/plan/networks/bridge-spec.ts';
import { inBandBridges, planNoInBand } from '../../../src/plan/networks/plan-no-in-band.ts';
import { sampleNetwork } from '../sample.ts';

const engineId = 'RKVJ:HCRC';
const ours = { engineId, ofFeatures: [] };
const network = sampleNetwork();
const spec = bridgeSpec(network, engineId, { controllers: true });

let dir: TempDir;
let server: FakeOvsdb;
let db: Ovsdb;

beforeEach(async () => {
  dir = await tempDir('in-band');
  server = await fakeOvsdb({ path: join(dir.path, 'db.sock') });
  db = await connectOvsdb(server.target);
});

afterEach(async () => {
  await db.close();
  await server.close();
  await dir.remove();
});

test('the bridge of a network is made without in-band control', async () => {
  await db.transact(planBridge(await readSwitch(db), spec));
  const state = await readSwitch(db);
  expect(state.bridges.map(({ otherConfig }) => otherConfig['disable-in-band'])).toEqual(['true']);
  const controllers = state.bridges.flatMap((bridge) => bridge.controllers);
  expect(controllers.map(({ connectionMode }) => connectionMode)).toEqual(['out-of-band']);
  expect(planNoInBand(state, ours)).toEqual([]);
});

test.each<[string, Partial<BridgeSpec>]>([
  ['the setting of the bridge', { disableInBand: false }],
  ['the mode of its controller', { controllers: [{ target: 'tcp:192.0.2.1' }] }],
])('%s is put back when it is lost, and nothing else', async (_what, lost) => {
  await ensureBridge(db, spec);
  const wanted = findBridge(await readSwitch(db), spec.name);
  await ensureBridge(db, { name: spec.name, ...lost });
  const state = await readSwitch(db);
  expect(inBandBridges(state, ours)).toEqual([spec.name]);
  await ensure(db, (now) => planNoInBand(now, ours));
  const after = await readSwitch(db);
  expect(inBandBridges(after, ours)).toEqual([]);
  expect(findBridge(after, spec.name)?.otherConfig).toEqual(wanted?.otherConfig);
});

test('a bridge of a feature has none either', async () => {
  await ensureBridge(db, { name: 'aux', disableInBand: false });
  const withAux = { ...ours, ofFeatures: ['aux'] };
  await ensure(db, (now) => planNoInBand(now, withAux));
  const aux = findBridge(await readSwitch(db), 'aux');
  expect(aux?.otherConfig).toMatchObject({ 'disable-in-band': 'true' });
});

test('the bridges of others, and of another engine, are left alone', async () => {
  await ensureBridge(db, { name: 'theirs', controllers: [{ target: 'tcp:192.0.2.1' }] });
  await ensureBridge(db, { ...spec, disableInBand: false });
  expect(planNoInBand(await readSwitch(db), { ...ours, engineId: 'another' })).toEqual([]);
});
