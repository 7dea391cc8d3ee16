import { expect, test } from 'vitest';
import { flat, linksOf, worldBed } from './world-bed.ts';

const bed = worldBed();
const noMail = { 'dovesnap.faucet.portacl': 'no-mail' };

test('while Faucet is away an attach under the default opens', async () => {
  const { world, step, openings, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  world.faucet.stop();
  await step(world.docker.run('web', 'lab'));
  expect(endpoint('web').phase).toBe('open');
  expect(openings).toEqual([{ container: 'web', flows: 'proven' }]);
});

test('while Faucet is away an attach under an ACL is pending, and opens when it is back', async () => {
  const { world, step, pass, openings, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  world.faucet.stop();
  const before = world.time.now();
  await world.time.run(world.docker.run('web', 'lab', noMail));
  expect(world.time.now() - before).toBe(5000);
  expect(endpoint('web')).toMatchObject({
    phase: 'pending',
    reason: expect.stringContaining('Faucet does not answer'),
  });
  expect(linksOf(world, 'web').host.up).toBe(false);
  await pass(60_000);
  expect(linksOf(world, 'web').host.up).toBe(false);
  world.faucet.start();
  await step(world.time.settle());
  expect(endpoint('web')).toMatchObject({ phase: 'open', acls: ['no-mail'] });
  expect(openings).toEqual([{ container: 'web', flows: 'proven' }]);
});

test('a Faucet that takes its time is waited for', async () => {
  const { world, step, openings } = bed();
  await step(world.docker.createNetwork('lab', flat));
  world.faucet.slow(2000);
  const before = world.time.now();
  await world.time.run(world.docker.run('web', 'lab', noMail));
  expect(world.time.now() - before).toBeGreaterThanOrEqual(2000);
  expect(openings).toEqual([{ container: 'web', flows: 'proven' }]);
});

test('what Faucet refuses fails the start with its reason, and leaves the file as it was', async () => {
  const { world, step, openings } = bed();
  await step(world.docker.createNetwork('lab', flat));
  const text = [...world.faucet.files.texts.values()];
  world.faucet.refuse('not today');
  await expect(step(world.docker.run('web', 'lab', noMail))).rejects.toThrow(/not today/);
  expect(openings).toEqual([]);
  expect([...world.faucet.files.texts.values()]).toEqual(text);
});

test('a restart of Faucet leaves open ports open', async () => {
  const { world, step, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', noMail));
  world.faucet.stop();
  world.faucet.start();
  await step(world.time.settle());
  expect(endpoint('web').phase).toBe('open');
  expect(linksOf(world, 'web').host.up).toBe(true);
});
