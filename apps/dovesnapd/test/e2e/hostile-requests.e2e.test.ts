import { fileURLToPath } from 'node:url';
import { diffSnapshots, type Host, snapshot, triedCases, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneLine } from '../hostile-text.ts';
import { chosenSeed } from './chosen-seed.ts';
import { statusEndpoints, untilPortsRest } from './fleet.ts';
import { type HostileRequest, hostileRequests, type RealIds } from './hostile-requests.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { untilNamed } from './network-status.ts';
import { type RawConnection, rawConnection } from './raw-http.ts';
import { reaches } from './reaches.ts';

const connections = 8;
const answerMs = 10_000;
const requests = triedCases([3000, 10_000]).at(-1) ?? 3000;
const seed = chosenSeed();

/**
 * Collects the daemon's garbage when it is told to, and says how many bytes are still in use. What is resident says less:
 * how many free pages Node gives back, and when, differs by 30 MB from one collection to the next.
 */
const collector = `process.on('SIGUSR2', async () => {
  const inUse = async () => {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  let [before, now] = [Infinity, await inUse()];
  while (now < before * 0.99) [before, now] = [now, await inUse()];
  console.log(JSON.stringify({ inUse: now }));
})`;
const command = [
  ...[process.execPath, '--expose-gc', '--import', `data:text/javascript,${collector}`],
  fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
];

let host: Host;
let real: RealIds;

beforeAll(async () => {
  host = await openLab('hostile', { daemon: { command } });
  const network = await createNetwork(host, 'lan', { 'ovs.bridge.mode': 'nat' });
  await startContainer(host, 'witness', 'lan');
  // The switch's row remembers what its interface is called, once that is known.
  await untilNamed(host, 'lan', 'witness');
  const [endpoint] = await statusEndpoints(host, 'lan');
  real = { network, endpoint: endpoint?.endpointId ?? '' };
});

afterAll(async () => {
  await host?.close();
});

describe(`${requests} hostile requests (seed ${seed})`, () => {
  test('are answered in time, create nothing and take no memory for good', async () => {
    const pid = host.daemon.pid();
    await send(hostileRequests(2 * requests, seed + 1, real));
    await until(async () => (await host.faucet.readConfig()).includes('/witness '), {
      what: 'the description of the container in faucet.yaml',
    });
    await untilPortsRest(host, 'lan');
    const before = await snapshot(host);
    const inUse = await bytesInUse();

    await send(hostileRequests(requests, seed, real));

    expect(await bytesInUse()).toBeLessThan(inUse * 1.1);
    expect(host.daemon.pid()).toBe(pid);
    expect(host.daemon.noise).toEqual([]);
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
  });

  test('leave a daemon that attaches the next container', async () => {
    await startContainer(host, 'next', 'lan');
    expect(await reaches(host, 'next', await addressOf(host, 'witness', 'lan'))).toBe(true);
  });
});

/** Sends requests on several connections at once. @throws Error that names the first request with a wrong answer. */
async function send(requests: readonly HostileRequest[]): Promise<void> {
  const path = host.path('/run/docker/plugins/dovesnap.sock');
  const queue = requests.values();
  const work = async (): Promise<void> => {
    const connection = rawConnection(path);
    try {
      for (const request of queue) await check(connection, request);
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
}

async function check(connection: RawConnection, request: HostileRequest): Promise<void> {
  const { what, bytes, after, expects } = request;
  const answer = await connection.ask(bytes, after, answerMs).catch((cause) => {
    throw new Error(`${what}: ${cause.message}`, { cause });
  });
  if (expects === 'any') return;
  const reply = JSON.parse(answer.body || '{}') as { Err?: unknown };
  if (typeof reply.Err === 'string' && oneLine.test(reply.Err)) return;
  throw new Error(`${what}: not refused with one sentence: ${answer.status} ${answer.body}`);
}

/** What the daemon keeps in memory: its heap and the buffers beside it, without garbage. */
async function bytesInUse(): Promise<number> {
  const since = host.daemon.logs.entries.length;
  process.kill(host.daemon.pid(), 'SIGUSR2');
  const said = await host.daemon.waitForLog((line) => 'inUse' in line, { since });
  return Number(said.inUse);
}
