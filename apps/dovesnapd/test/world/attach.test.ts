import { expect, test } from 'vitest';
import { descriptionDelayMs } from '../../src/services/faucet/description-queue.ts';
import { findUnproven } from './check-world.ts';
import { flat, linksOf, worldBed } from './world-bed.ts';

const bed = worldBed();

test('a network has warm ports, closed, with their flows', async () => {
  const { world, step, network } = bed();
  await step(world.docker.createNetwork('lab', flat));
  const { totalPorts, freePorts } = network('lab');
  expect(freePorts).toBeGreaterThanOrEqual(4);
  expect(freePorts).toBe(totalPorts);
  const hostEnds = world.host.all().filter(({ name }) => name.startsWith('ods'));
  expect(hostEnds.filter(({ kind }) => kind === 'veth')).toHaveLength(totalPorts);
  expect(hostEnds.filter(({ kind, up }) => kind === 'veth' && up)).toEqual([]);
});

test('the port of a container goes up after its flows were seen', async () => {
  const { world, step, openings, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab'));
  expect(openings).toEqual([{ container: 'web', flows: 'proven' }]);
  expect(linksOf(world, 'web').host.up).toBe(true);
  expect(endpoint('web')).toMatchObject({ phase: 'open', acls: ['dovesnap-allow-all'] });
});

test('a plain attach changes nothing in faucet.yaml but the description', async () => {
  const { world, step, pass } = bed();
  await step(world.docker.createNetwork('lab', flat));
  const before = world.faucet.files.written.length;
  await world.time.run(world.docker.run('web', 'lab'));
  expect(world.faucet.files.written).toHaveLength(before);
  await pass(2 * descriptionDelayMs);
  const lab = world.faucet.model().dps.get('lab');
  expect(lab?.interfaces.map(({ description }) => description)).toContainEqual(
    expect.stringMatching(/^\/web [0-9a-f]{5}$/),
  );
});

test('a container with an ACL gets its flows before its port goes up', async () => {
  const { world, step, openings, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', { 'dovesnap.faucet.portacl': 'no-mail' }));
  expect(openings).toEqual([{ container: 'web', flows: 'proven' }]);
  const { bridge, ofPort } = world.ovs.portOf(linksOf(world, 'web').host.name) ?? {};
  expect(endpoint('web')).toMatchObject({ phase: 'open', acls: ['no-mail'], ofPort });
  const rules = world.ovs.flows
    .flowsOf(`${bridge}`, ofPort ?? 0)
    .filter(({ table }) => table === 0);
  expect(rules.map(({ priority, actions }) => [priority, actions])).toEqual([
    [20480, 'drop'],
    [20479, 'goto_table:1'],
  ]);
});

test('a port that is put up without its flows is noticed', async () => {
  const { world, step } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab'));
  const { bridge = '', ofPort } = world.ovs.portOf(linksOf(world, 'web').host.name) ?? {};
  world.ovs.flows.change(bridge, { gone: ({ match }) => match.includes(`in_port=${ofPort}`) });
  expect(findUnproven(world)).toEqual([expect.stringContaining('the port of web')]);
});

test('a container that leaves closes its port, which is rebuilt; another stays open', async () => {
  const { world, step, network, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('one', 'lab'));
  await step(world.docker.run('two', 'lab'));
  const { freePorts, totalPorts } = network('lab');
  const [one, two] = [linksOf(world, 'one').host, linksOf(world, 'two').host];
  const number = world.ovs.portOf(one.name);
  const seen: boolean[] = [];
  world.host.onChange((link) => {
    if (link === one) seen.push(link.up);
  });
  await step(world.docker.remove('one'));
  expect(seen[0]).toBe(false);
  expect(seen).not.toContain(true);
  expect(world.host.all()).not.toContain(one);
  expect(world.ovs.portOf(one.name.replace(/a$/, 'b'))).toEqual(number);
  expect(network('lab')).toMatchObject({ totalPorts, freePorts: freePorts + 1 });
  expect(two.up).toBe(true);
  expect(endpoint('two').phase).toBe('open');
});

test('a container that Docker attaches again after it has left is open again', async () => {
  const { world, step, endpoint } = bed();
  await step(world.docker.createNetwork('lab', flat));
  await step(world.docker.run('web', 'lab', { 'dovesnap.faucet.portacl': 'no-mail' }));
  const { host } = linksOf(world, 'web');
  const [EndpointID = ''] = world.docker.joined.keys();
  const ids = { NetworkID: world.engine.networkNamed('lab').id, EndpointID };
  const unlimited = new AbortController().signal;
  const { driver } = world.daemon();
  await step(driver.leave(ids, unlimited));
  expect([endpoint('web').phase, host.up]).toEqual(['left', false]);
  await step(driver.join({ ...ids, SandboxKey: '', Options: {} }, unlimited));
  expect([endpoint('web').phase, host.up]).toEqual(['open', true]);
});
