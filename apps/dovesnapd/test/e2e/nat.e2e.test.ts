import { addPeer, diffSnapshots, type Host, type Peer, snapshot } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectDownload, expectUpload } from './bulk.ts';
import {
  addressOf,
  createNetwork,
  engineMajor,
  fetchUrl,
  gatewayOf,
  openLab,
  startContainer,
} from './lab.ts';
import { reaches } from './reaches.ts';

const web = 'http://203.0.113.1:8080';

let host: Host;
let internet: Peer;
let before: Filter;

beforeAll(async () => {
  host = await openLab('nat');
  internet = await addPeer(host, {
    name: 'internet',
    address: '203.0.113.1/24',
    hostAddress: '203.0.113.2/24',
    hostDefaultRoute: true,
  });
  await internet.serveHttp(8080);
  await internet.serveDns({ 'web.example.test': internet.address });
  before = await readFilter();
  await createNetwork(host, 'natted', { 'ovs.bridge.mode': 'nat' });
  await startContainer(host, 'one', 'natted', ['--dns', internet.address]);
});

afterAll(async () => {
  await host?.close();
});

describe('a nat network', () => {
  test('lets a container reach its gateway, the host and the internet', async () => {
    expect(await reaches(host, 'one', await gatewayOf(host, 'natted'))).toBe(true);
    expect(await reaches(host, 'one', '203.0.113.2')).toBe(true);
    expect(await reaches(host, 'one', internet.address)).toBe(true);
  });

  test('shows the host’s address to a server on the internet', async () => {
    expect(await fetchUrl(host, 'one', web)).toBe('203.0.113.2');
  });

  test('is not to be reached from the internet', async () => {
    const address = await addressOf(host, 'one', 'natted');
    await internet.run('ip', ['route', 'add', address, 'via', '203.0.113.2']);
    await expect(
      internet.run('busybox', ['ping', '-c', '1', '-W', '1', address]),
    ).rejects.toMatchObject({ stdout: expect.stringContaining('100% packet loss') });
  });
});

describe('names of the internet', () => {
  test('resolve through the DNS server that the container was given', async () => {
    expect(await fetchUrl(host, 'one', 'http://web.example.test:8080')).toBe('203.0.113.2');
  });

  test('resolve through the DNS server in the resolv.conf of the host', async () => {
    await host.run('tee', ['/etc/resolv.conf'], { input: `nameserver ${internet.address}\n` });
    await startContainer(host, 'two', 'natted');
    expect(await fetchUrl(host, 'two', 'http://web.example.test:8080')).toBe('203.0.113.2');
  });
});

describe('a TCP transfer of 100 MB', () => {
  test('arrives intact in the container', () => expectDownload(host, 'one', web));

  test('arrives intact from the container', () => expectUpload(host, 'one', web));
});

describe('a nat network made with --internal', () => {
  test('works as one made without, up to the names that the engine refuses', async () => {
    await createNetwork(host, 'inner', { 'ovs.bridge.mode': 'nat' }, ['--internal']);
    await startContainer(host, 'three', 'inner');
    expect(await reaches(host, 'three', await gatewayOf(host, 'inner'))).toBe(true);
    expect(await fetchUrl(host, 'three', web)).toBe('203.0.113.2');
    const byName = fetchUrl(host, 'three', 'http://web.example.test:8080');
    // From 28 on the engine's resolver asks nobody outside for containers that have only internal networks.
    if ((await engineMajor(host)) < 28) expect(await byName).toBe('203.0.113.2');
    else
      await expect(byName).rejects.toMatchObject({ stderr: expect.stringMatching(/bad address/) });
  });
});

describe('the rules of others', () => {
  test('stand as they stood before the first network, our jumps and the counters aside', async () => {
    const now = await readFilter();
    expect(before.forwardPolicy).toBe('DROP');
    expect(now.forwardPolicy).toBe('DROP');
    expect(now.ours.length).toBeGreaterThan(0);
    expect(now.others).toEqual(before.others);
  });

  test('are joined by single jumps and by nothing else', async () => {
    const { ours } = await readFilter();
    const outside = ours.filter((line) => !/^\S+ (:|-A )DOVESNAP/.test(line));
    for (const line of outside) expect(line).toMatch(/ -j DOVESNAP[\w-]*$/);
    expect(new Set(outside).size).toBe(outside.length);
  });

  test('are all that is left when containers and networks are gone', async () => {
    const all = await snapshot(host);
    await host.docker('rm', '--force', 'one', 'two', 'three');
    await host.docker('network', 'rm', 'natted', 'inner');
    const after = await readFilter();
    expect(after.ours).toEqual([]);
    expect(after.others).toEqual(before.others);
    const came = diffSnapshots(all, await snapshot(host)).filter((line) => line.startsWith('+'));
    expect(came).toEqual([]);
  });
});

interface Filter {
  readonly forwardPolicy: string | undefined;
  /** Chains and rules in their order, each behind its family and table. */
  readonly others: readonly string[];
  readonly ours: readonly string[];
}

async function readFilter(): Promise<Filter> {
  const { iptables = [], ip6tables = [] } = await snapshot(host);
  const all = [...iptables, ...ip6tables.map((line) => `6:${line}`)];
  return {
    forwardPolicy: /^filter :FORWARD (\w+)/m.exec(iptables.join('\n'))?.[1],
    others: all.filter((line) => !line.includes('DOVESNAP')),
    ours: all.filter((line) => line.includes('DOVESNAP')),
  };
}
