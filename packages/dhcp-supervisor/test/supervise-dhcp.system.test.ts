import { readFile, stat, writeFile } from 'node:fs/promises';
import { run, spawn } from '@dovesnap/command';
import { openNamespace, readmeBlocks, type TestNamespace, tempDir } from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type DhcpClient,
  type DhcpClientSpec,
  type DhcpEvent,
  superviseDhcp,
} from '../src/index.ts';

const search = { attempts: 2, interval: 1000, pause: 1000 };
let server: TestNamespace;
let box: TestNamespace;
const undo: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  server = await openNamespace();
  undo.push(() => server.close());
  box = await openNamespace();
  undo.push(() => box.close());
  const ends = ['s0', 'netns', String(server.pid), 'type', 'veth', 'peer'];
  await run('ip', ['link', 'add', ...ends, 'eth0', 'netns', String(box.pid)]);
  await server.run('ip', ['address', 'add', '10.77.0.1/24', 'dev', 's0']);
  await server.run('ip', ['link', 'set', 's0', 'up']);
  await box.run('ip', ['link', 'set', 'eth0', 'up']);
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A real udhcpd with exactly one address to give; resolves when it serves. */
async function startServer(): Promise<() => Promise<void>> {
  const folder = await tempDir();
  undo.push(() => folder.remove());
  const path = `${folder.path}/udhcpd.conf`;
  const lines = [
    'start 10.77.0.10',
    'end 10.77.0.10',
    'interface s0',
    `lease_file ${folder.path}/leases`,
    `pidfile ${folder.path}/pid`,
    'option subnet 255.255.255.0',
    'option router 10.77.0.1',
    'option dns 10.77.0.53',
    'option domain lab.example',
    'option mtu 1400',
    'option lease 600',
  ];
  await writeFile(`${folder.path}/leases`, '');
  await writeFile(path, `${lines.join('\n')}\n`);
  const program = ['udhcpd', '-f', '-a', '100', path];
  const child = spawn('nsenter', [`--net=${server.path}`, '--', ...program]);
  undo.push(() => child.close());
  for await (const { text } of child.lines) if (text.includes('started')) break;
  return () => child.close();
}

function start(part: Partial<DhcpClientSpec> = {}): {
  client: DhcpClient;
  seen: (type: DhcpEvent['type']) => Promise<DhcpEvent>;
} {
  const namespace = { pid: box.pid };
  const client = superviseDhcp({ namespace, interface: 'eth0', search, ...part });
  undo.push(() => client.stop());
  const events = client.events({ signal: AbortSignal.timeout(20_000) })[Symbol.asyncIterator]();
  const seen = async (type: DhcpEvent['type']): Promise<DhcpEvent> => {
    while (true) {
      const { value, done } = await events.next();
      if (done === true) throw new Error(`the client ended without ${type}`);
      if (value.type === type) return value;
    }
  };
  return { client, seen };
}

const show = async (...args: readonly string[]): Promise<string> =>
  (await box.run('ip', ['-4', ...args])).stdout;

test('a lease is bound, applied in the namespace only, renewed and given back', async () => {
  await startServer();
  const before = await resolvConf();
  const { client, seen } = start({ hostname: 'web' });
  const event = await seen('bound');
  expect(event).toMatchObject({
    lease: {
      address: '10.77.0.10',
      prefixLength: 24,
      routers: ['10.77.0.1'],
      dns: ['10.77.0.53'],
      domain: 'lab.example',
      server: '10.77.0.1',
      mtu: 1400,
    },
  });
  const { lease } = client;
  expect((lease?.expiresAt ?? 0) - (lease?.obtainedAt ?? 0)).toBe(600_000);
  expect(await show('address', 'show', 'dev', 'eth0')).toMatch(/10\.77\.0\.10\/24 .*dynamic/);
  expect(await show('route', 'show', 'default')).toContain('default via 10.77.0.1 dev eth0');
  await box.run('busybox', ['ping', '-c', '1', '-W', '1', '10.77.0.1']);

  client.renew();
  expect(await seen('renewed')).toMatchObject({ lease: { address: '10.77.0.10' } });
  expect(await show('address', 'show', 'dev', 'eth0')).toContain('10.77.0.10/24');

  await client.release();
  expect(client.lease).toBeUndefined();
  expect(await show('address', 'show', 'dev', 'eth0')).toBe('');
  expect(await show('route', 'show')).toBe('');
  expect(await resolvConf()).toEqual(before);
});

test('a released address is free for the next client at once, one that was only stopped is not', async () => {
  await startServer();
  const first = start();
  await first.seen('bound');
  await first.client.release();

  await newMac('02:00:00:00:00:02');
  const second = start();
  expect(await second.seen('bound')).toMatchObject({ lease: { address: '10.77.0.10' } });
  await second.client.stop();
  expect(await show('address', 'show', 'dev', 'eth0')).toContain('10.77.0.10/24');

  await newMac('02:00:00:00:00:03');
  const third = start();
  expect(await third.seen('failed')).toEqual({ type: 'failed', reason: 'no-lease' });
});

test('without a server the client says so and goes on; it is bound when the server comes', async () => {
  const { client, seen } = start();
  expect(await seen('failed')).toEqual({ type: 'failed', reason: 'no-lease' });
  expect(client.lease).toBeUndefined();
  await startServer();
  expect((await seen('bound')).type).toBe('bound');
});

test('a lease that its server does not renew is lost: the address goes and the client says so', async () => {
  const stopServer = await startServer();
  const { client, seen } = start();
  await seen('bound');
  await stopServer();
  client.renew();
  await seen('deconfigured');
  expect(await seen('failed')).toEqual({ type: 'failed', reason: 'no-lease' });
  expect(client.lease).toBeUndefined();
  expect(await show('address', 'show', 'dev', 'eth0')).toBe('');
});

test('with configure false the interface is left alone', async () => {
  await startServer();
  await box.run('ip', ['address', 'add', '192.0.2.7/32', 'dev', 'eth0']);
  const { client, seen } = start({ configure: false });
  await seen('bound');
  expect(await show('address', 'show', 'dev', 'eth0')).not.toContain('10.77');
  await client.release();
  expect(await show('address', 'show', 'dev', 'eth0')).toContain('192.0.2.7/32');
});

test('addresses that did not come by DHCP survive bound and release', async () => {
  await startServer();
  await box.run('ip', ['address', 'add', '192.0.2.7/32', 'dev', 'eth0']);
  const { client, seen } = start();
  await seen('bound');
  await client.release();
  const left = await show('address', 'show', 'dev', 'eth0');
  expect(left).toContain('192.0.2.7/32');
  expect(left).not.toContain('10.77');
});

test('a namespace or an interface that is not there is an exit with its reason', async () => {
  const noInterface = start({ interface: 'nope0' });
  expect(await noInterface.seen('exited')).toMatchObject({
    code: 1,
    detail: expect.stringContaining('No such device'),
  });
  const noNamespace = start({ namespace: { path: '/run/netns/dovesnap-none' } });
  expect(await noNamespace.seen('exited')).toMatchObject({
    code: 1,
    detail: expect.stringContaining('/run/netns/dovesnap-none'),
  });
});

test('the example of the README prints what it promises', async () => {
  await startServer();
  const example = await readFile(new URL('./readme-example.ts', import.meta.url), 'utf8');
  const output = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const args = process.argv;
  process.argv = ['node', 'example', String(box.pid)];
  try {
    await import('./readme-example.ts');
    const printed = output.mock.calls.map(([text]) => String(text)).join('');
    expect(await readmeBlocks(new URL('../README.md', import.meta.url))).toEqual([
      { language: 'sh', text: 'npm install @dovesnap/dhcp-supervisor\n' },
      { language: 'ts', text: example },
      { language: 'text', text: printed },
    ]);
  } finally {
    process.argv = args;
    output.mockRestore();
  }
});

test('no client outlives stop', async () => {
  const { client, seen } = start();
  await seen('deconfigured');
  await stat(`/proc/${client.pid}`);
  await client.stop();
  await client.stop();
  await expect(stat(`/proc/${client.pid}`)).rejects.toMatchObject({ code: 'ENOENT' });
});

async function newMac(mac: string): Promise<void> {
  await box.run('ip', ['-4', 'address', 'flush', 'dev', 'eth0']);
  await box.run('ip', ['link', 'set', 'eth0', 'address', mac]);
}

async function resolvConf(): Promise<readonly [number, number]> {
  const { mtimeMs, size } = await stat('/etc/resolv.conf');
  return [mtimeMs, size];
}
