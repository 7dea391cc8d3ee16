import { addPeer, type Host, type Peer } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, fetchUrl, openLab, startContainer } from './lab.ts';
import { peerReaches, reaches } from './reaches.ts';

let host: Host;
let neighbour: Peer;

beforeAll(async () => {
  host = await openLab('routed');
  neighbour = await addPeer(host, {
    name: 'neighbour',
    address: '203.0.113.1/24',
    hostAddress: '203.0.113.2/24',
    returnRoute: true,
  });
  await neighbour.serveHttp(8080);
  await createNetwork(host, 'campus', { 'ovs.bridge.mode': 'routed' }, ['--subnet=10.61.0.0/24']);
  await startContainer(host, 'one', 'campus');
});

afterAll(async () => {
  await host?.close();
});

describe('a routed network', () => {
  test('shows the container’s own address to a server beyond the host', async () => {
    const own = await addressOf(host, 'one', 'campus');
    expect(own).toBe('10.61.0.2');
    expect(await fetchUrl(host, 'one', 'http://203.0.113.1:8080')).toBe(own);
  });

  test('lets a container reach its gateway and the host', async () => {
    expect(await reaches(host, 'one', '10.61.0.1')).toBe(true);
    expect(await reaches(host, 'one', '203.0.113.2')).toBe(true);
  });

  test('lets two networks of the host reach each other by their own addresses', async () => {
    await createNetwork(host, 'annex', { 'ovs.bridge.mode': 'routed' }, ['--subnet=10.62.0.0/24']);
    await startContainer(host, 'two', 'annex');
    expect(await reaches(host, 'two', '10.61.0.2')).toBe(true);
    expect(await reaches(host, 'one', '10.62.0.2')).toBe(true);
  });

  test('masquerades nothing', async () => {
    const { stdout } = await host.run('iptables-save', ['-t', 'nat']);
    const ours = stdout.split('\n').filter((line) => line.includes('DOVESNAP'));
    expect(ours.filter((line) => line.includes('MASQUERADE'))).toEqual([]);
  });

  test('can be reached from beyond the host', async () => {
    expect(await peerReaches(neighbour, '10.61.0.2')).toBe(true);
  });
});
