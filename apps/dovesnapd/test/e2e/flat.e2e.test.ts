import { addPeer, type Host, type Peer } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilPortsRest } from './fleet.ts';
import {
  addressOf,
  createNetwork,
  gatewayOf,
  inContainer,
  netAdmin,
  openLab,
  routesOf,
  startContainer,
} from './lab.ts';
import { reaches } from './reaches.ts';

let host: Host;
let internet: Peer;

beforeAll(async () => {
  host = await openLab('flat');
  internet = await addPeer(host, {
    name: 'internet',
    address: '203.0.113.1/24',
    hostAddress: '203.0.113.2/24',
    hostDefaultRoute: true,
    returnRoute: true,
  });
});

afterAll(async () => {
  await host?.close();
});

describe('a flat network with no other option than mode', () => {
  beforeAll(async () => {
    await createNetwork(host, 'plain', { 'ovs.bridge.mode': 'flat' });
    await createNetwork(host, 'other', { 'ovs.bridge.mode': 'flat' });
    await Promise.all([
      startContainer(host, 'one', 'plain', [netAdmin]),
      startContainer(host, 'two', 'plain'),
      startContainer(host, 'stranger', 'other'),
    ]);
  });

  test('lets two containers reach each other, by address and by name', async () => {
    expect(await reaches(host, 'one', await addressOf(host, 'two', 'plain'))).toBe(true);
    expect(await reaches(host, 'two', await addressOf(host, 'one', 'plain'))).toBe(true);
    expect(await reaches(host, 'one', 'two')).toBe(true);
  });

  test('gives its containers no default route and no second interface', async () => {
    const [route, ...others] = await routesOf(host, 'one');
    expect(route).toMatch(/^172\.\d+\.0\.0\/16 dev eth0 scope link /);
    expect(others).toEqual([]);
    const links = await inContainer(host, 'one', 'ls', '/sys/class/net');
    expect(links.split('\n')).toEqual(['eth0', 'lo']);
  });

  test('makes Docker attach no docker_gwbridge', async () => {
    expect(await host.docker('network', 'ls', '--format', '{{.Name}}')).not.toContain('gwbridge');
    expect((await host.run('ip', ['-brief', 'link'])).stdout).not.toContain('gwbridge');
  });

  test('says nothing amiss of containers that end at once', async () => {
    const since = host.daemon.logs.entries.length;
    const run = ['run', '--rm', '--network', 'plain', 'busybox', 'true'] as const;
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([1, 2, 3, 4].map(() => host.docker(...run)));
    }
    await untilPortsRest(host, 'plain');
    const lines = host.daemon.logs.entries.slice(since);
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  test('leaves the host without an address on it', async () => {
    const { stdout } = await host.run('ip', ['-brief', 'address', 'show']);
    const bridges = stdout.split('\n').filter((line) => line.startsWith('odsbr'));
    expect(bridges).toHaveLength(2);
    // Columns: name, state, addresses.
    for (const line of bridges) expect(line.trim().split(/\s+/)).toHaveLength(2);
  });

  test('lets nothing else be reached, even by a container that makes itself routes', async () => {
    // An engine that knows of networks without a gateway (28 and later) sets none aside.
    const given = await gatewayOf(host, 'plain');
    const gateway = given || (await addressOf(host, 'two', 'plain')).replace(/\d+$/, '250');
    const elsewhere = [
      gateway,
      '172.17.0.1',
      '203.0.113.2',
      internet.address,
      await addressOf(host, 'stranger', 'other'),
    ];
    for (const address of elsewhere) expect(await reaches(host, 'one', address)).toBe(false);

    await inContainer(host, 'one', 'ip', 'route', 'add', 'default', 'via', gateway);
    const viaGateway = elsewhere.map((address) => reaches(host, 'one', address));
    expect(await Promise.all(viaGateway)).not.toContain(true);

    await inContainer(host, 'one', 'ip', 'route', 'replace', 'default', 'dev', 'eth0');
    const onLink = elsewhere.map((address) => reaches(host, 'one', address));
    expect(await Promise.all(onLink)).not.toContain(true);
  });

  test('cannot be reached from the host', async () => {
    const two = await addressOf(host, 'two', 'plain');
    const bridge = await bridgeOf('plain');
    await host.run('ip', ['link', 'set', bridge, 'up']);
    await host.run('ip', ['route', 'add', two, 'dev', bridge]);
    await expect(host.run('busybox', ['ping', '-c', '1', '-W', '1', two])).rejects.toMatchObject({
      code: 'EXIT',
      stdout: expect.stringContaining('100% packet loss'),
    });
  });
});

describe('the default route of a flat network', () => {
  test('is the gateway that was given beside a subnet, and it leads through that gateway', async () => {
    await createNetwork(host, 'routed-lan', {}, ['--subnet=10.51.0.0/24', '--gateway=10.51.0.254']);
    await Promise.all([
      startContainer(host, 'client', 'routed-lan'),
      startContainer(host, 'router', 'routed-lan', [netAdmin]),
    ]);
    expect(await routesOf(host, 'client')).toContain('default via 10.51.0.254 dev eth0');

    await inContainer(host, 'router', 'ip', 'address', 'add', '10.51.0.254/24', 'dev', 'eth0');
    await inContainer(host, 'router', 'ip', 'address', 'add', '198.51.100.1/32', 'dev', 'lo');
    expect(await reaches(host, 'client', '198.51.100.1')).toBe(true);
  });

  test('is absent where Docker chose the gateway of a given subnet', async () => {
    await createNetwork(host, 'no-router', {}, ['--subnet=10.52.0.0/24']);
    await startContainer(host, 'alone', 'no-router');
    expect(await routesOf(host, 'alone')).toEqual([
      expect.stringMatching(/^10\.52\.0\.0\/24 dev eth0 scope link /),
    ]);
  });

  test('is the auxiliary address DefaultGatewayIPv4', async () => {
    await createNetwork(host, 'aux-lan', {}, [
      '--subnet=10.53.0.0/24',
      '--aux-address=DefaultGatewayIPv4=10.53.0.77',
    ]);
    await startContainer(host, 'aux', 'aux-lan');
    expect(await routesOf(host, 'aux')).toContain('default via 10.53.0.77 dev eth0');
  });
});

describe('a flat network without addresses', () => {
  test('joins containers that give themselves addresses', async () => {
    await createNetwork(host, 'bare', {}, ['--ipam-driver=null']);
    await Promise.all([
      startContainer(host, 'left', 'bare', [netAdmin]),
      startContainer(host, 'right', 'bare', [netAdmin]),
    ]);
    expect(await addressOf(host, 'left', 'bare')).toBe('');
    await inContainer(host, 'left', 'ip', 'address', 'add', '10.54.0.1/24', 'dev', 'eth0');
    await inContainer(host, 'right', 'ip', 'address', 'add', '10.54.0.2/24', 'dev', 'eth0');
    expect(await reaches(host, 'left', '10.54.0.2')).toBe(true);
  });

  test('gives each container a MAC that follows from its name', async () => {
    const mac = () => inContainer(host, 'left', 'cat', '/sys/class/net/eth0/address');
    const before = await mac();
    expect(before).not.toBe(await inContainer(host, 'right', 'cat', '/sys/class/net/eth0/address'));
    await host.docker('restart', '--time=0', 'left');
    expect(await mac()).toBe(before);
  });
});

async function bridgeOf(network: string): Promise<string> {
  const id = await host.docker('network', 'inspect', '--format', '{{.Id}}', network);
  return `odsbr${id.slice(0, 10)}`;
}
