import { setInterface } from '@dovesnap/faucet-config';
import { inPortOf } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import { parsePortRecord } from '../../src/domain/record.ts';
import { lockedSwitch } from '../../src/services/core/switch.ts';
import { findUnsettled } from './check-rest.ts';
import { findLeft, findUnproven } from './check-world.ts';
import { noLags } from './lags.ts';
import { bringBack } from './walk-faults.ts';
import { flat, linksOf, type WorldBed, worldBed } from './world-bed.ts';

// What walks through the world have found, each in as few steps as show it.

const bed = worldBed();
const noMail = { 'dovesnap.faucet.portacl': 'no-mail' };

test('a daemon that starts while the database is away leaves open ports open', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  await world.settled(world.docker.run('web', 'lab', noMail));
  const { host } = linksOf(world, 'web');
  let closings = 0;
  world.host.onChange((link) => {
    if (link === host && !link.up) closings += 1;
  });
  await world.settled(world.stopDaemon());
  world.ovs.server.stop();
  world.startDaemon();
  await world.time.advance(1500);
  world.ovs.server.start();
  await world.time.settle();
  expect(closings).toBe(0);
});

test('a network that is removed while the database is away does not come back', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  world.ovs.server.stop();
  await world.time.advance(3000);
  await world.time.run(world.docker.removeNetwork('lab'));
  world.ovs.server.start();
  await world.time.advance(300_000);
  expect(findLeft(world)).toEqual([]);
});

test('a removal that Faucet refuses late is done once Faucet takes it', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  world.faucet.slow(6000);
  world.faucet.refuse('not today');
  await world.time.run(world.docker.removeNetwork('lab'));
  await world.time.advance(20_000);
  world.faucet.slow(0);
  world.faucet.refuse(undefined);
  world.faucet.stop();
  world.faucet.start();
  await world.time.advance(300_000);
  expect([...world.faucet.model().dps.keys()]).toEqual(['office']);
});

test('what a daemon that ended has left of a network in faucet.yaml goes, although Faucet refuses that late', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  world.faucet.refuse('not today');
  await world.time.run(world.docker.removeNetwork('lab'));
  await world.settled(world.stopDaemon());
  world.faucet.slow(6000);
  world.startDaemon();
  await world.time.advance(20_000);
  bringBack(world);
  await world.time.advance(300_000);
  expect([...world.faucet.model().dps.keys()]).toEqual(['office']);
});

test('a network goes that Docker removes after the daemon has compared it with the list of Docker', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  world.faucet.slow(2000);
  const removal = world.docker.removeNetwork('lab');
  // The first daemon ends during the call, the second rebuilds what Docker lists, and the third finds it in the switch.
  for (const afterMs of [50, 500]) {
    await world.time.advance(afterMs);
    await world.time.run(world.stopDaemon());
    world.startDaemon();
  }
  await world.time.run(removal);
  await world.time.advance(60_000);
  expect(findLeft(world)).toEqual([]);
});

test('a network is back that Docker still has when it is killed while the daemon removes it', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  world.ovs.vswitchd.stop();
  const removal = world.docker.removeNetwork('lab').catch(String);
  await world.time.advance(50);
  world.docker.crash();
  world.engine.start();
  await world.time.advance(1000);
  world.ovs.vswitchd.start();
  expect(await world.time.run(removal)).toContain('dockerd was killed');
  await world.time.advance(60_000);
  expect(findUnsettled(world)).toEqual([]);
});

/** The attempt to open it lets the port go, ends because Docker has gone, and the pool raises the port to restart it. */
async function raisePending({ world, endpoint }: WorldBed): Promise<void> {
  await world.settled(world.docker.createNetwork('lab', flat));
  await world.settled(world.docker.run('web', 'lab', noMail));
  const { ofPort } = endpoint('web');
  const { bridge = '' } = world.ovs.portOf(linksOf(world, 'web').host.name) ?? {};
  world.faucet.refuse('not today');
  world.faucet.edit([setInterface('lab', ofPort, { aclsIn: ['dovesnap-allow-all'] })]);
  await world.time.advance(10_000);
  world.ovs.flows.change(bridge, { gone: ({ match }) => inPortOf(match) === ofPort });
  await world.time.advance(10_000);
  world.engine.stop();
  world.faucet.refuse(undefined);
  await world.time.advance(100_000);
  if (endpoint('web').phase !== 'pending') throw new Error('the port is not pending');
}

test('a port that is pending while Docker does not answer is down', async () => {
  await raisePending(bed());
  expect(linksOf(bed().world, 'web').host.up).toBe(false);
});

test('a pending port whose ACL somebody takes away lets nothing through', async () => {
  await raisePending(bed());
  const { world, endpoint } = bed();
  const { ofPort } = endpoint('web');
  world.faucet.edit([setInterface('lab', ofPort, { aclsIn: ['dovesnap-allow-all'] })]);
  await world.time.advance(100_000);
  expect(findUnproven(world)).toEqual([]);
});

test('a daemon that ends before it has rebuilt a port gives the next container an interface of its own', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  await world.settled(world.docker.run('web', 'lab'));
  const { host } = linksOf(world, 'web');
  const record = () => {
    const ports = world.ovs.state().bridges.flatMap((bridge) => bridge.ports);
    const found = ports.find(({ name }) => name === host.name);
    return parsePortRecord(found?.interfaces[0]?.externalIds ?? {}, []);
  };
  const removal = world.docker.remove('web');
  while (record()?.endpoint !== undefined) await world.time.advance(1);
  await world.time.run(removal);
  expect(world.host.all()).toContain(host);
  await world.settled(world.stopDaemon());
  world.startDaemon();
  await world.time.settle();
  expect(world.host.all()).not.toContain(host);
});

test('whoever waits for an ovs-vswitchd that is away stops waiting with the daemon, and after a time', async () => {
  const { world } = bed();
  const { db, replica } = world.ovs.connect();
  const stop = new AbortController();
  const around = { clock: world.time, signal: stop.signal };
  const ovs = lockedSwitch(db, db.lock('nobody'), replica, around);
  await world.time.advance(100);
  world.ovs.vswitchd.stop();
  await expect(world.time.run(ovs.settled())).rejects.toThrow('Open vSwitch is not reachable');
  const waiting = ovs.settled().catch((error: unknown) => error);
  stop.abort();
  expect(await waiting).toMatchObject({ code: 'ABORTED' });
  await Promise.all([replica.close(), db.close()]);
});

describe('while an answer of Docker is on its way', () => {
  const slow = worldBed({ lags: { ...noLags, docker: 200 } });

  test('a network that is removed does not come back', async () => {
    const { world } = slow();
    await world.settled(world.docker.createNetwork('lab', flat));
    await world.settled(world.stopDaemon());
    world.startDaemon();
    // The list is here, and the network that it names has been inspected.
    await world.time.advance(300);
    await world.time.run(world.docker.removeNetwork('lab'));
    await world.time.advance(60_000);
    expect(findLeft(world)).toEqual([]);
  });
});

describe('while the flows of a text that Faucet has loaded are on their way', () => {
  const slow = worldBed({ lags: { ...noLags, links: 1, faucet: 300 } });

  test('a port whose ACL somebody takes away stays closed until the switch has it again', async () => {
    const { world, endpoint } = slow();
    await world.settled(world.docker.createNetwork('lab', flat));
    await world.settled(world.docker.run('web', 'lab', noMail));
    const { ofPort } = endpoint('web');
    const found: string[] = [];
    world.time.onMove(() => void found.push(...findUnproven(world)));
    world.faucet.edit([setInterface('lab', ofPort, { aclsIn: ['dovesnap-allow-all'] })]);
    await world.time.advance(60_000);
    expect(found.filter((one) => one.endsWith('open'))).toEqual([]);
    expect(findUnsettled(world)).toEqual([]);
  });

  test('a port whose ACL somebody takes away while it is pending opens once the switch has it again', async () => {
    const { world } = slow();
    const guarded = { ...flat, 'ovs.bridge.default_acl': 'no-mail' };
    await world.settled(world.docker.createNetwork('lab', guarded));
    world.engine.stop();
    await world.time.run(world.docker.run('web', 'lab', noMail));
    const found: string[] = [];
    world.time.onMove(() => void found.push(...findUnproven(world)));
    const { ofPort = 0 } = world.ovs.portOf(linksOf(world, 'web').host.name) ?? {};
    world.faucet.edit([setInterface('lab', ofPort, { aclsIn: ['dovesnap-allow-all'] })]);
    world.engine.start();
    await world.time.advance(60_000);
    expect(found).toEqual([]);
    expect(findUnsettled(world)).toEqual([]);
  });
});
