import { setInterface } from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { findLeft } from './check-world.ts';
import { flat, linksOf, worldBed } from './world-bed.ts';

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
