import { type Host, machineDatapath, type Sample, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, openLab, pingOnce, startContainer } from './lab.ts';
import { containerStatus, networkStatus } from './network-status.ts';
import { reaches } from './reaches.ts';

const runs = 20;

let host: Host;
let peer: string;

beforeAll(async () => {
  host = await openLab('first');
  await createNetwork(host, 'lan', {}, ['--subnet=10.72.0.0/24']);
  await startContainer(host, 'peer', 'lan');
  peer = await addressOf(host, 'peer', 'lan');
});

afterAll(async () => {
  await host?.close();
});

describe('a plain attach', () => {
  test('needs no reload of Faucet', async () => {
    const free = async () => (await networkStatus(host, 'lan'))?.FreePorts === 7;
    await until(free, { what: 'seven free ports beside that of the peer' });
    // The peer's description is written 15 s after its attach, which in an emulated machine is while the others start.
    if (machineDatapath === 'system') {
      await until(async () => (await host.faucet.readConfig()).includes('/peer '), {
        what: 'the description of the peer',
      });
    }
    const before = await loaded();
    expect(before.counters.filter((sample) => sample.labels.dp_name === 'lan')).toHaveLength(2);
    for (let run = 0; run < 3; run += 1) {
      expect(await firstPing()).toContain('1 packets received');
      expect(await loaded()).toEqual(before);
    }
  });
});

describe('the very first packet of a container’s process', () => {
  test('arrives from a plain container', async () => {
    expect(await answered(() => [])).toBe(runs);
  });

  test('arrives from a container with a MAC of its own', async () => {
    const macOf = (run: number) => `02:00:5e:10:00:${run.toString(16).padStart(2, '0')}`;
    expect(await answered((run) => ['--mac-address', macOf(run)])).toBe(runs);
  });

  test('arrives from a container with a policy of its own', async () => {
    const label = ['--label', 'dovesnap.faucet.portacl=allow-all'];
    expect(await answered(() => label)).toBe(runs);
  });

  test('is answered while Faucet is away and last saw the address on another port', async () => {
    const address = ['--ip=10.72.0.200'];
    await startContainer(host, 'first', 'lan', address);
    expect(await reaches(host, 'first', peer)).toBe(true);
    const before = await containerStatus(host, 'lan', 'first');
    await host.docker('rm', '--force', 'first');
    await host.faucet.kill();
    await startContainer(host, 'second', 'lan', address);
    expect(await reaches(host, 'second', peer)).toBe(true);
    const now = await containerStatus(host, 'lan', 'second');
    expect(now?.MacAddress).toBe(before?.MacAddress);
    expect(now?.OFPort).not.toBe(before?.OFPort);
  });
});

interface Loaded {
  readonly counters: readonly Sample[];
  readonly file: string;
}

/**
 * Faucet's reload counters, and the file that it would reload. Not `faucet_config_reload_requests_total`: that of a
 * Faucet that watches its file moves up to five seconds after each write that it has long loaded (faucet 1.10.12).
 */
async function loaded(): Promise<Loaded> {
  const names = ['faucet_config_reload_warm_total', 'faucet_config_reload_cold_total'];
  return {
    counters: await host.faucet.metrics(...names),
    file: await host.faucet.readConfig(),
  };
}

/** Runs containers one after another whose whole life is one ping; answers how many got their reply within a second. */
async function answered(flags: (run: number) => readonly string[]): Promise<number> {
  let count = 0;
  for (let run = 0; run < runs; run += 1) {
    const said = await firstPing(flags(run));
    if (said.includes('1 packets received')) count += 1;
  }
  return count;
}

/** What the ping of a container says whose process is that ping, answered or not. */
async function firstPing(flags: readonly string[] = []): Promise<string> {
  const args = ['run', '--rm', '--network', 'lan', ...flags, 'busybox', ...pingOnce(peer)];
  try {
    return await host.docker(...args);
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (stdout?.includes('100% packet loss')) return stdout;
    throw error;
  }
}
