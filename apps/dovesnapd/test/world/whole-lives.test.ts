import { expect, test } from 'vitest';
import { findLeft } from './check-world.ts';
import { flat, linksOf, worldBed } from './world-bed.ts';

const bed = worldBed();

test('a removed network leaves nothing behind', async () => {
  const { world, step } = bed();
  const text = [...world.faucet.files.texts.values()];
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', { 'dovesnap.faucet.portacl': 'no-mail' }));
  expect(findLeft(world)).not.toEqual([]);
  await step(world.docker.remove('web'));
  await step(world.docker.removeNetwork('lab'));
  expect(findLeft(world)).toEqual([]);
  expect([...world.faucet.files.texts.values()]).toEqual(text);
  expect(world.daemon().source.networks()).toEqual([]);
  expect(world.daemon().source.failing()).toEqual([]);
});

test('a daemon that starts again takes its ports over without closing them', async () => {
  const { world, step, endpoint, network } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', { 'dovesnap.faucet.portacl': 'no-mail' }));
  const before = { port: endpoint('web'), free: network('lab').freePorts };
  const { host } = linksOf(world, 'web');
  let closings = 0;
  world.host.onChange((link) => {
    if (link === host && !link.up) closings += 1;
  });
  await step(world.stopDaemon());
  world.startDaemon();
  await step(world.time.settle());
  expect(closings).toBe(0);
  expect(host.up).toBe(true);
  expect(endpoint('web')).toEqual(before.port);
  expect(network('lab').freePorts).toBe(before.free);
});

test('what Docker has removed while no daemon ran is removed when one runs again', async () => {
  const { world, step } = bed();
  const text = [...world.faucet.files.texts.values()];
  await step(world.docker.createNetwork('lab', flat));
  await step(world.stopDaemon());
  world.engine.networks.clear();
  world.startDaemon();
  await step(world.time.settle());
  expect(findLeft(world)).toEqual([]);
  expect([...world.faucet.files.texts.values()]).toEqual(text);
});
