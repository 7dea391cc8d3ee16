import { openNamespace, type TestNamespace } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addAddress,
  addRoute,
  addVeth,
  type Netns,
  netns,
  type OpenNetns,
  planAddresses,
  planRoutes,
  removeAddress,
  removeLink,
  removeRoute,
  setLink,
  setMerging,
  setOffload,
} from '../src/index.ts';
import { ways } from './ways.ts';

let space: TestNamespace;
let other: TestNamespace;
let here: Netns;
let there: Netns;

beforeEach(async () => {
  [space, other] = await Promise.all([openNamespace(), openNamespace()]);
  here = netns({ path: space.path });
  there = netns({ pid: other.pid });
});

afterEach(async () => {
  await Promise.all([space.close(), other.close()]);
});

describe.each(ways)('through %s', (_way, open) => {
  let opened: OpenNetns;

  beforeEach(() => {
    opened = open(space);
    here = opened;
  });

  afterEach(() => opened.close());

  test('joins two namespaces by a veth pair that carries packets', async () => {
    await here.apply([
      addVeth('v0', 'v1', { mtu: 1400, mac: '02:00:00:00:00:01', txQueueLength: 50 }),
      setLink('v1', { netns: there.target }),
      setLink('v0', { up: true, alias: 'the near end', addressGeneration: 'none' }),
      addAddress('v0', '10.9.0.1/24'),
      addAddress('v0', 'fd00:9::1/64', { nodad: true }),
    ]);
    await there.apply([
      setLink('v1', { name: 'eth0', mac: '2:0:0:0:0:2', up: true }),
      addAddress('eth0', '10.9.0.2/24'),
      addAddress('eth0', 'fd00:9::2/64', { nodad: true }),
    ]);
    await other.run('busybox', ['ping', '-c', '1', '-W', '5', '10.9.0.1']);
    await other.run('busybox', ['ping', '-c', '1', '-W', '5', 'fd00:9::1']);

    const near = await here.link('v0');
    const far = await there.link('eth0');
    expect(near).toMatchObject({
      mac: '02:00:00:00:00:01',
      mtu: 1400,
      up: true,
      running: true,
      kind: 'veth',
      alias: 'the near end',
      peerNamespaceId: 0,
      peerIfindex: far?.ifindex,
    });
    expect(near?.addresses.map(({ address }) => address)).toEqual(['10.9.0.1', 'fd00:9::1']);
    expect(far).toMatchObject({ mac: '02:00:00:00:00:02', mtu: 1400, peerIfindex: near?.ifindex });
  });

  test('brings a link back from a namespace into the one this process runs in', async () => {
    // The name is this test's own: it clashes with no link of the machine.
    const name = `dsn${process.pid}`;
    await here.apply([addVeth(name, 'v1')]);
    await here.apply([setLink(name, { netns: { target: undefined } })]);
    try {
      expect(await netns().link(name)).toMatchObject({ kind: 'veth' });
      expect(await here.link(name)).toBeUndefined();
    } finally {
      await netns().apply([removeLink(name)]);
    }
  });

  test('finds the other end of a pair that is in the same namespace', async () => {
    await here.apply([addVeth('v0', 'v1')]);
    const links = await here.links();
    const near = links.find(({ name }) => name === 'v0');
    const far = links.find(({ name }) => name === 'v1');
    expect(near?.peerIfindex).toBe(far?.ifindex);
    expect(await here.link('v0')).toEqual(near);
  });

  test('applies the same changes twice without complaint', async () => {
    const changes = [
      addVeth('v0', 'v1'),
      setLink('v0', { up: true }),
      setLink('v1', { up: true }),
      addAddress('v0', '10.9.0.1/24'),
      addAddress('v0', 'fd00:9::1/64'),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.2' }),
      addRoute({ destination: 'fd05::/48', link: 'v0', metric: 7 }),
      addRoute({ destination: 'default', link: 'v0', family: 'ipv6' }),
    ];
    const removals = [
      removeRoute({ destination: '10.5.0.0/24' }),
      removeAddress('v0', 'fd00:9::1/64'),
      removeAddress('v0', '10.9.0.1/24'),
      removeLink('v0'),
      removeLink('v1'),
    ];
    await here.apply(changes);
    // Without those of the kernel, which come when it has noticed that the links are up.
    const added = async () => (await here.routes()).filter(({ protocol }) => protocol !== 'kernel');
    const once = await added();
    expect(once).toHaveLength(3);
    await here.apply(changes);
    expect(await added()).toEqual(once);
    await here.apply(removals);
    await here.apply(removals);
    expect((await here.links()).map(({ name }) => name)).toEqual(['lo']);
  });

  test('tells what is there already from what stands in the way', async () => {
    await here.apply([
      addVeth('v0', 'v1'),
      addVeth('w0', 'w1'),
      setLink('v0', { up: true }),
      setLink('v1', { up: true }),
      addAddress('v0', 'fd00:9::1/64'),
      addAddress('v0', '10.9.0.1/24'),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.2' }),
    ]);
    const inTheWay = [
      addVeth('v0', 'w1'),
      addAddress('v0', 'fd00:9::1/128'),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.3' }),
    ];
    for (const change of inTheWay) {
      await expect(here.apply([change])).rejects.toMatchObject({ code: 'EXISTS', change });
    }
  });

  test('names the change that failed and stops there', async () => {
    const bad = setLink('nosuch', { up: true });
    await expect(
      here.apply([addVeth('v0', 'v1'), addVeth('v0', 'v1'), bad, addVeth('w0', 'w1')]),
    ).rejects.toMatchObject({
      code: 'LINK_NOT_FOUND',
      change: bad,
      target: here.target,
      message: 'link nosuch could not be changed: Cannot find device "nosuch"',
    });
    expect((await here.links()).map(({ name }) => name).sort()).toEqual(['lo', 'v0', 'v1']);
  });

  test('says which namespace move or value was refused', async () => {
    await here.apply([addVeth('v0', 'v1')]);
    const gone = setLink('v0', { netns: { path: '/no/such/namespace' } });
    await expect(here.apply([setLink('v1', { mtu: 1300 }), gone])).rejects.toMatchObject({
      code: 'NAMESPACE_GONE',
      change: gone,
    });
    await expect(
      here.apply([setLink('v0', { netns: { path: '/etc/passwd' } })]),
    ).rejects.toMatchObject({ code: 'NAMESPACE_GONE' });
    await expect(here.apply([setLink('v0', { mtu: 100_000 })])).rejects.toMatchObject({
      code: 'BAD_VALUE',
    });
    await expect(here.apply([setLink('v0', { name: 'v1' })])).rejects.toMatchObject({
      code: 'EXISTS',
    });
    await expect(here.apply([setOffload('nosuch', { tx: false })])).rejects.toMatchObject({
      code: 'LINK_NOT_FOUND',
    });
    await expect(netns({ path: '/no/such/namespace' }).links()).rejects.toMatchObject({
      code: 'NAMESPACE_GONE',
      target: { path: '/no/such/namespace' },
    });
    await expect(netns({ path: '/etc/passwd' }).links()).rejects.toMatchObject({
      code: 'NAMESPACE_GONE',
    });
  });

  test('switches transmit offload, twice without complaint', async () => {
    await here.apply([addVeth('v0', 'v1'), setOffload('v0', { tx: false })]);
    await here.apply([setOffload('v0', { tx: false })]);
    const { stdout } = await space.run('ethtool', ['-k', 'v0']);
    expect(stdout).toContain('tx-checksumming: off');
    await here.apply([setOffload('v0', { tx: true })]);
    expect((await space.run('ethtool', ['-k', 'v0'])).stdout).toContain('tx-checksumming: on');
  });

  test('switches the merging of received frames off and back on, twice without complaint', async () => {
    await here.apply([addVeth('v0', 'v1'), setMerging('v0', ['gro'])]);
    expect(await here.merging('v0')).toEqual(['gro']);
    for (const features of [[], [], ['gro'], ['gro']] as const) {
      await here.apply([setMerging('v0', features)]);
      expect(await here.merging('v0')).toEqual(features);
    }
    await expect(here.merging('nosuch')).rejects.toMatchObject({ code: 'LINK_NOT_FOUND' });
  });

  test('plans nothing more once a plan is applied', async () => {
    await here.apply([
      addVeth('v0', 'v1'),
      setLink('v0', { up: true }),
      setLink('v1', { up: true }),
      addAddress('v0', '10.1.0.1/24'),
      addRoute({ destination: '10.66.0.0/16', link: 'v0' }),
    ]);
    const addresses = ['10.9.0.1/24', 'FD00:9:0::1/64', '10.9.0.1/24'];
    const routes = [
      { destination: 'default', via: '10.9.0.2' },
      { destination: 'default', via: 'fd00:9:0::2' },
      { destination: '10.5.1.1/32', link: 'v0', table: 100, source: '10.9.0.1' },
    ];
    const planBoth = async () => {
      const link = (await here.link('v0')) ?? expect.fail('v0 is gone');
      return [
        ...planAddresses(link, addresses, { exact: true, nodad: true }),
        ...planRoutes(await here.routes(), routes, { exactOn: 'v0' }),
      ];
    };
    const plan = await planBoth();
    expect(plan.map(({ kind }) => kind)).toEqual([
      'remove-address',
      'add-address',
      'add-address',
      'remove-route',
      'add-route',
      'add-route',
      'add-route',
    ]);
    await here.apply(plan);
    expect(await planBoth()).toEqual([]);
  });
});

test('makes 1,000 pairs with one program', async () => {
  const programs: string[] = [];
  const counted = netns(here.target, {
    run: (file, args, options) => {
      programs.push(args.join(' '));
      return space.run(file, args, options);
    },
  });
  const pairs = Array.from({ length: 1000 }, (_, n) => addVeth(`a${n}`, `b${n}`));
  await counted.apply(pairs);
  expect(programs).toHaveLength(1);
  expect(await here.links()).toHaveLength(2001);
});
