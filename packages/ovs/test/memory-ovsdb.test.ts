import { type FakeDevice, memoryOvsdb } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import { openOvsdb } from '../src/ovsdb/open-ovsdb.ts';
import { ensureBridge, ensurePort } from '../src/switch/ensure.ts';
import { openSwitchReplica } from '../src/switch/open-switch-replica.ts';
import type { InterfaceState, SwitchState } from '../src/switch/switch-types.ts';

const device: FakeDevice = { ifindex: 7, mac: '02:00:00:00:00:07', up: true, running: false };

function interfaceOf(state: SwitchState, name: string): InterfaceState | undefined {
  const ports = state.bridges.flatMap((bridge) => bridge.ports);
  return ports.flatMap((port) => port.interfaces).find((item) => item.name === name);
}

it('gives a port its number once its device is there, and takes it when the device goes', async () => {
  const devices = new Map([['lab0', { ...device, ifindex: 1 }]]);
  const server = memoryOvsdb({ devices: () => devices });
  const db = openOvsdb('unix:/memory', { connect: server.connect });
  const replica = openSwitchReplica(db);
  await replica.until(() => true);
  await ensureBridge(db, { name: 'lab0', datapathType: 'netdev', datapathId: 5n });
  const adding = ensurePort(db, 'lab0', { name: 'tap7', ofPortRequest: 7 });
  await expect(adding).rejects.toMatchObject({ code: 'PORT_FAILED' });
  devices.set('tap7', device);
  server.look();
  const added = await replica.until((state) => interfaceOf(state, 'tap7')?.ofPort === 7);
  expect(interfaceOf(added, 'tap7')).toMatchObject({
    ...{ ifindex: 7, mac: device.mac, adminState: 'up', linkState: 'down', error: undefined },
  });
  expect(added.bridges[0]?.datapathId).toBe(5n);
  devices.delete('tap7');
  server.look();
  const gone = await replica.until((state) => interfaceOf(state, 'tap7')?.ofPort === undefined);
  expect(interfaceOf(gone, 'tap7')?.error).toContain('tap7');
  await db.close();
});

it('closes its connections when it stops, and keeps what it has', async () => {
  const server = memoryOvsdb();
  const backoff = { first: 1, last: 1 };
  const db = openOvsdb('unix:/memory', { connect: server.connect, backoff });
  const replica = openSwitchReplica(db);
  await replica.until(() => true);
  await ensureBridge(db, { name: 'lab0' });
  server.stop();
  await expect(ensureBridge(db, { name: 'lab1' })).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
  server.start();
  const state = await replica.until(({ bridges }) => bridges.length > 0);
  expect(state.bridges.map(({ name }) => name)).toEqual(['lab0']);
  await db.close();
});
