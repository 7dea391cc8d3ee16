import { parseFaucet } from '@dovesnap/faucet-config';
import type { SwitchState } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import type { Port } from '../../../src/domain/attached-network.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { dropDoneRepairs } from '../../../src/services/core/repair-notes.ts';
import { meterNotes, meterResync } from '../../../src/services/flows/resync-bridge.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';
import { turnsInOrder } from '../turns-in-order.ts';

const faucet = (rate: number): string => `acls:
  slow: [{rule: {actions: {allow: 1, meter: limit}}}]
  slower: [{rule: {actions: {allow: 1, meter: lower}}}]
  all: [{rule: {actions: {allow: 1}}}]
meters:
  limit: {meter_id: 7, entry: {flags: KBPS, bands: [{type: DROP, rate: ${rate}}]}}
  lower: {meter_id: 8, entry: {flags: KBPS, bands: [{type: DROP, rate: 10}]}}
dps: {one: {dp_id: 1, interfaces: {1: {native_vlan: 1}}}}
`;

/** A bridge with a port, its meters, and how often its controllers were exchanged. */
function bed(acl: string) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { acls: [acl] });
  const world = { meters: new Set<number>(), resyncs: 0, loaded: true };
  const desk = { latest: parseFaucet(faucet(1000)) };
  const log = recordingLog();
  const resync = meterResync(
    {
      log,
      turns: turnsInOrder(),
      faucet: { status: () => ({ reachable: true, loaded: world.loaded }) },
      ofctl: { meterIds: async () => world.meters },
      ovs: {
        state: () => ({ bridges: [] }) as unknown as SwitchState,
        settled: async () => void world.resyncs++,
        commit: async () => undefined,
      },
    } as unknown as Parts,
    desk,
  );
  const resyncPorts = (ports: readonly Port[]) => resync(network, ports);
  return { network, port, world, desk, log, resyncPorts, resync: () => resyncPorts([port]) };
}

test('a switch that lacks a meter is resynced', async () => {
  const { resync, world, log } = bed('slow');
  expect(await resync()).toBe(true);
  expect(world.resyncs).toBe(1);
  expect(log.lines[0]?.message).toMatch(/^the switch lacks meter "limit"/);
  world.meters.add(7);
  expect(await resync()).toBe(false);
  expect(world.resyncs).toBe(1);
  world.meters.clear();
  expect(await resync()).toBe(true);
});

test('one that it does not take is said, and tried again when it has changed', async () => {
  const { resync, world, network, desk } = bed('slow');
  await resync();
  expect(await resync()).toBe(false);
  expect(world.resyncs).toBe(1);
  expect(meterNotes(network.notes)[0]).toMatch(/^the switch does not take meter "limit"/);
  desk.latest = parseFaucet(faucet(2000));
  expect(await resync()).toBe(true);
  world.meters.add(7);
  expect(await resync()).toBe(false);
  expect(world.resyncs).toBe(2);
});

test('what is said of a meter goes with the opening of the ports under it', async () => {
  const { resync, network, port } = bed('slow');
  Object.assign(port, { flows: 'awaited' });
  await resync();
  await resync();
  dropDoneRepairs(network.notes);
  expect(meterNotes(network.notes)).toHaveLength(1);
  Object.assign(port, { flows: 'seen' });
  dropDoneRepairs(network.notes);
  expect(meterNotes(network.notes)).toEqual([]);
});

test('two ports that lack meters of their own do not make each other be resynced without end', async () => {
  const { network, world, resyncPorts } = bed('slow');
  const other = addPort(network, 2, { acls: ['slower'] });
  const third = addPort(network, 3, { acls: ['all'] });
  const [port] = network.ports.values();
  for (let round = 0; round < 3; round += 1) {
    await resyncPorts([port as Port]);
    await resyncPorts([other]);
    await resyncPorts([third]);
  }
  expect(world.resyncs).toBe(2);
  expect(meterNotes(network.notes)).toEqual([
    expect.stringContaining('meter "limit"'),
    expect.stringContaining('meter "lower"'),
  ]);
});

test('nothing is done while Faucet has other meters than the file, or for ports without any', async () => {
  const unloaded = bed('slow');
  unloaded.world.loaded = false;
  expect(await unloaded.resync()).toBe(false);
  expect(await bed('all').resync()).toBe(false);
});
