import { expect, test } from 'vitest';
import { flat, linksOf, worldBed } from './world-bed.ts';

const bed = worldBed();
const noMail = { 'dovesnap.faucet.portacl': 'no-mail' };

test('ovs-vswitchd that starts again gets all flows back, and no port is closed', async () => {
  const { world, step, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', noMail));
  const { host } = linksOf(world, 'web');
  const { bridge = '', ofPort = 0 } = world.ovs.portOf(host.name) ?? {};
  const before = world.ovs.flows.flowsOf(bridge, ofPort);
  world.ovs.vswitchd.stop();
  expect(world.ovs.flows.flowsOf(bridge, ofPort)).toEqual([]);
  world.ovs.vswitchd.start();
  await step(world.time.settle());
  expect(new Set(world.ovs.flows.flowsOf(bridge, ofPort))).toEqual(new Set(before));
  expect(endpoint('web').phase).toBe('open');
  expect(host.up).toBe(true);
});

test('a container that starts while ovs-vswitchd is away opens when it is back', async () => {
  const { world, step, pass, endpoint, openings } = bed();
  await step(world.docker.createNetwork('lab', flat));
  world.ovs.vswitchd.stop();
  await world.time.run(world.docker.run('web', 'lab'));
  expect(endpoint('web').phase).toBe('pending');
  await pass(30_000);
  expect(openings).toEqual([]);
  world.ovs.vswitchd.start();
  await step(world.time.settle());
  expect(endpoint('web').phase).toBe('open');
  expect(openings.at(-1)).toEqual({ container: 'web', flows: 'proven' });
});
