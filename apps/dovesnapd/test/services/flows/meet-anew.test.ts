import { parseFaucet } from '@dovesnap/faucet-config';
import type { SwitchState } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import { meetAnew, meterNote } from '../../../src/services/flows/meet-anew.ts';
import type { Parts } from '../../../src/services/parts.ts';
import { serial } from '../../../src/services/serial.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const faucet = (rate: number): string => `acls:
  slow: [{rule: {actions: {allow: 1, meter: limit}}}]
  all: [{rule: {actions: {allow: 1}}}]
meters:
  limit: {meter_id: 7, entry: {flags: KBPS, bands: [{type: DROP, rate: ${rate}}]}}
dps: {one: {dp_id: 1, interfaces: {1: {native_vlan: 1}}}}
`;

/** A bridge with a port, its meters, and how often its controllers were exchanged. */
function bed(acl: string) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { acls: [acl] });
  const world = { meters: new Set<number>(), met: 0, loaded: true };
  const desk = { latest: parseFaucet(faucet(1000)) };
  const log = recordingLog();
  const meet = meetAnew(
    {
      log,
      serial: serial(),
      faucet: { status: () => ({ reachable: true, loaded: world.loaded }) },
      ofctl: { meterIds: async () => world.meters },
      ovs: {
        state: () => ({ bridges: [] }) as unknown as SwitchState,
        settled: async () => void world.met++,
        commit: async () => undefined,
      },
    } as unknown as Parts,
    desk,
  );
  return { network, port, world, desk, log, meet: () => meet(network, [port]) };
}

test('a switch that lacks a meter is met anew', async () => {
  const { meet, world, log } = bed('slow');
  expect(await meet()).toBe(true);
  expect(world.met).toBe(1);
  expect(log.lines[0]?.message).toMatch(/^the switch lacks meter "limit"/);
  world.meters.add(7);
  expect(await meet()).toBe(false);
  expect(world.met).toBe(1);
  world.meters.clear();
  expect(await meet()).toBe(true);
});

test('one that it does not take is said, and tried again when it has changed', async () => {
  const { meet, world, network, desk } = bed('slow');
  await meet();
  expect(await meet()).toBe(false);
  expect(world.met).toBe(1);
  expect(network.notes.get(meterNote)).toMatch(/^the switch does not take meter "limit"/);
  desk.latest = parseFaucet(faucet(2000));
  expect(await meet()).toBe(true);
  world.meters.add(7);
  await meet();
  expect(network.notes.has(meterNote)).toBe(false);
});

test('nothing is done while Faucet has other meters than the file, or for ports without any', async () => {
  const unloaded = bed('slow');
  unloaded.world.loaded = false;
  expect(await unloaded.meet()).toBe(false);
  expect(await bed('all').meet()).toBe(false);
});
