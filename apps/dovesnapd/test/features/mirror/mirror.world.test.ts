import { setInterface } from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { findUnsettled } from '../../world/check-rest.ts';
import { findLeft } from '../../world/check-world.ts';
import { flat, linksOf, worldBed } from '../../world/world-bed.ts';

const bed = worldBed({ mirrorOut: 'mir0' });
const mirrored = { 'dovesnap.faucet.mirror': 'true' };

/** The number of the network's link to the mirror. */
const link = 99;

test('the port of a mirrored container lets nothing through before all of it is copied', async () => {
  const { world, step, endpoint, openings } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('plain', 'lab'));
  await step(world.docker.run('web', 'lab', mirrored));
  expect(endpoint('web').phase).toBe('open');
  expect(openings.filter(({ container }) => container === 'web').at(-1)?.flows).toBe('proven');
  const lab = world.faucet.model().dps.get('lab');
  const { ofPort } = endpoint('web');
  expect(lab?.interfaces.find(({ number }) => number === link)?.mirror).toEqual([ofPort]);
});

test('a mirrored port whose copies somebody ends is closed until they are made again', async () => {
  const { world, step, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', mirrored));
  const { host } = linksOf(world, 'web');
  const seen: boolean[] = [];
  world.host.onChange((one) => {
    if (one === host) seen.push(one.up);
  });
  world.faucet.edit([setInterface('lab', link, { mirror: null })]);
  await step(world.time.settle());
  expect(seen[0]).toBe(false);
  expect(endpoint('web').phase).toBe('open');
});

test('the port of a mirrored container that has left is no longer mirrored', async () => {
  const { world, step } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', mirrored));
  await step(world.docker.remove('web'));
  const lab = world.faucet.model().dps.get('lab');
  expect(lab?.interfaces.find(({ number }) => number === link)?.mirror).toEqual([]);
  await step(world.docker.removeNetwork('lab'));
  expect(findLeft(world)).toEqual([]);
});

test('the port of a mirrored container that leaves while the database is away goes when it is back', async () => {
  const { world } = bed();
  await world.settled(world.docker.createNetwork('lab', flat));
  await world.settled(world.docker.run('web', 'lab', mirrored));
  const { name } = linksOf(world, 'web').host;
  world.ovs.server.stop();
  await world.time.advance(3000);
  await world.time.run(world.docker.remove('web'));
  await world.time.advance(30_000);
  world.ovs.server.start();
  await world.time.advance(180_000);
  expect(world.ovs.portOf(name)).toBeUndefined();
  expect(findUnsettled(world)).toEqual([]);
});

test('a mirrored network whose first datapath Faucet refuses late is written again once Faucet takes it', async () => {
  const { world } = bed();
  world.faucet.slow(6000);
  world.faucet.refuse('not today');
  await world.time.run(world.docker.createNetwork('lab', flat));
  await world.time.advance(60_000);
  world.faucet.slow(0);
  world.faucet.refuse(undefined);
  world.faucet.hangup();
  await world.time.advance(180_000);
  expect(findUnsettled(world)).toEqual([]);
});
