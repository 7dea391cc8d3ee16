import { setInterface } from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { flat, linksOf, worldBed } from './world-bed.ts';

const bed = worldBed();
const noMail = { 'dovesnap.faucet.portacl': 'no-mail' };

test('a world at rest stays at rest', async () => {
  const { world, step, pass } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', noMail));
  // What only people read is written a while later.
  await pass(30_000);
  const count = () => ({
    transactions: world.ovs.server.calls.filter((call) => call === 'transact').length,
    writes: world.faucet.files.written.length,
  });
  const before = count();
  let links = 0;
  world.host.onChange(() => {
    links += 1;
  });
  await pass(120_000);
  expect(count()).toEqual(before);
  expect(links).toBe(0);
});

test('a port whose ACL somebody takes away in faucet.yaml is closed until it is back', async () => {
  const { world, step, openings, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', noMail));
  const { ofPort } = endpoint('web');
  world.faucet.edit([setInterface('lab', ofPort, { aclsIn: ['dovesnap-allow-all'] })]);
  await step(world.time.settle());
  expect(endpoint('web')).toMatchObject({ phase: 'open', acls: ['no-mail'] });
  const found = world.faucet.model().dps.get('lab')?.interfaces;
  expect(found?.find(({ number }) => number === ofPort)?.aclsIn).toEqual(['no-mail']);
  expect(openings.map(({ flows }) => flows)).toEqual(['proven', 'proven']);
});

test('a port that loses its flows in the switch gets them again', async () => {
  const { world, step, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', noMail));
  const { ofPort } = endpoint('web');
  const { bridge = '' } = world.ovs.portOf(linksOf(world, 'web').host.name) ?? {};
  const before = world.ovs.flows.flowsOf(bridge, ofPort);
  world.ovs.flows.change(bridge, {
    gone: ({ match, table }) => table === 0 && match.split(',').includes(`in_port=${ofPort}`),
  });
  await step(world.time.settle());
  expect(endpoint('web').phase).toBe('open');
  expect(new Set(world.ovs.flows.flowsOf(bridge, ofPort))).toEqual(new Set(before));
});

test('a database that goes and comes back leaves open ports open', async () => {
  const { world, step, pass, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab'));
  world.ovs.server.stop();
  await pass(3000);
  expect(linksOf(world, 'web').host.up).toBe(true);
  await expect(world.time.run(world.docker.run('late', 'lab'))).rejects.toThrow(/Open vSwitch/);
  world.ovs.server.start();
  await step(world.time.settle());
  await step(world.docker.remove('late'));
  expect(endpoint('web').phase).toBe('open');
  await step(world.docker.run('other', 'lab'));
  expect(endpoint('other').phase).toBe('open');
});

test('a container that starts while Docker does not answer is pending until it does', async () => {
  const { world, step, endpoint, openings } = bed();
  await step(world.docker.createNetwork('lab', flat));
  world.engine.stop();
  await step(world.docker.run('web', 'lab', noMail));
  expect(linksOf(world, 'web').host.up).toBe(false);
  world.engine.start();
  await step(world.time.settle());
  expect(endpoint('web')).toMatchObject({ phase: 'open', acls: ['no-mail'] });
  expect(openings).toEqual([{ container: 'web', flows: 'proven' }]);
});
