import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addPeer,
  capture,
  diffSnapshots,
  type Host,
  joinHosts,
  movedCounters,
  openHost,
  type Peer,
  snapshot,
} from '../src/index.ts';

let host: Host;
let peer: Peer;

beforeAll(async () => {
  host = await openHost({ name: 'near' });
  const address = '203.0.113.1/24';
  peer = await addPeer(host, { name: 'far', address, hostAddress: '203.0.113.2/24' });
});

afterAll(async () => {
  await host.close();
});

const ping = (count: number): Promise<unknown> =>
  host.run('busybox', ['ping', '-c', String(count), '-i', '0.1', '-W', '2', peer.address]);

describe('a peer', () => {
  test('tells a client its address, over HTTP and over plain TCP', async () => {
    const http = await peer.serveHttp(80);
    const echo = await peer.serveEcho(7);
    const page = await host.http('http://203.0.113.1/');
    expect(page).toMatchObject({ status: 200, body: '203.0.113.2\n' });
    expect(http.clients.entries.map((client) => client.address)).toEqual(['203.0.113.2']);
    const { stdout } = await host.run('busybox', ['nc', '203.0.113.1', '7'], { input: 'hello\n' });
    const [client] = echo.clients.entries;
    expect(stdout).toBe(`203.0.113.2 ${client?.port}\nhello\n`);
    await Promise.all([http.close(), echo.close()]);
  });

  test('sends the same bytes each time and says their digest', async () => {
    const http = await peer.serveHttp(8080);
    const url = 'http://203.0.113.1:8080';
    const { body: digest } = await host.http(`${url}/digest/300000`);
    await host.run('busybox', ['wget', '-q', '-O', '/run/testbed/bytes', `${url}/bytes/300000`]);
    const { stdout } = await host.run('sha256sum', ['/run/testbed/bytes']);
    expect(stdout.split(' ')[0]).toBe(digest);
    const { body } = await host.http(`${url}/`, { body: 'abc' });
    expect(JSON.parse(body)).toMatchObject({
      length: 3,
      sha256: expect.stringMatching(/^ba7816bf/),
    });
    await http.close();
  });

  test('resolves the names that it was given and no others', async () => {
    const dns = await peer.serveDns({ 'web.example': '198.51.100.7' });
    const look = async (name: string): Promise<string> =>
      (await host.run('busybox', ['nslookup', name, peer.address])).stdout;
    expect(await look('web.example')).toContain('Address: 198.51.100.7');
    await expect(look('other.example')).rejects.toThrow(/exited with 1/);
    await dns.output.waitFor(({ text }) => text.includes('query[A] web.example from 203.0.113.2'));
    await dns.kill();
  });

  test('leaves nothing on its host when it is closed', async () => {
    const before = await snapshot(host);
    const second = await addPeer(host, { name: 'gone', address: '192.0.2.1/30' });
    await second.serveHttp(80);
    const added = diffSnapshots(before, await snapshot(host));
    expect(added).toEqual(['+ link: to-gone', '+ namespace: /run/netns/gone']);
    await second.close();
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
  });
});

describe('watching a host', () => {
  test('captures every frame that passes the filter, in order', async () => {
    const running = await capture(peer, 'eth0', { filter: 'icmp and dst 203.0.113.1' });
    await ping(3);
    const frames = await running.stop();
    expect(frames).toHaveLength(3);
    expect(frames.map(({ text }) => /seq (\d)/.exec(text)?.[1])).toEqual(['0', '1', '2']);
    expect(new Set(frames.map(({ source }) => source)).size).toBe(1);
    expect(frames[0]?.length).toBe(98);
  });

  test('waits for a frame that is still to come', async () => {
    const running = await capture(host, peer.hostLink, {
      filter: 'icmp[icmptype] = icmp-echoreply',
    });
    const seen = running.waitForFrame(({ text }) => text.includes('echo reply'));
    await ping(1);
    expect((await seen).text).toContain('203.0.113.1 > 203.0.113.2');
    await running.stop();
  });

  test('sees the counters of the host’s own stack move, and stand still', async () => {
    const before = await host.counters();
    expect(movedCounters(before, await host.counters(), ['Icmp.', 'Udp.'])).toEqual({});
    await ping(2);
    const moved = movedCounters(before, await host.counters(), ['Icmp.', 'Udp.']);
    expect(moved).toMatchObject({ 'Icmp.OutEchos': 2, 'Icmp.InEchoReps': 2 });
  });
});

test('two hosts reach each other through their cable', async () => {
  const other = await openHost({ name: 'other' });
  try {
    await joinHosts(
      { host, link: 'cable0', address: '10.99.0.1/24' },
      { host: other, link: 'cable0', address: '10.99.0.2/24' },
    );
    const { stdout } = await other.run('busybox', ['ping', '-c', '1', '-W', '2', '10.99.0.1']);
    expect(stdout).toContain('1 packets received');
  } finally {
    await other.close();
  }
});
