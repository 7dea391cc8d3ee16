import { lstat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { diffSnapshots, type Host, type Snapshot, snapshot, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerEndpoints,
  fleetNames,
  lostAmong,
  removeFleet,
  type StatusEndpoint,
  type SteadyPing,
  startFleet,
  statusEndpoints,
  steadyPing,
  unanswered,
  untilAllOpen,
} from './fleet.ts';
import { createNetwork, openLab, startContainer } from './lab.ts';

const names = fleetNames('old', 20);
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const socket = '/run/docker/plugins/dovesnap.sock';
let host: Host;
let before: Snapshot;
let attached: readonly StatusEndpoint[];
let pings: readonly SteadyPing[];

beforeAll(async () => {
  host = await openLab('daemon');
  before = await snapshot(host);
  await createNetwork(host, 'ring', { 'ovs.bridge.mode': 'nat' });
  await startFleet(host, names, 'ring');
  attached = await untilAllOpen(host, 'ring', names);
  const ends = await dockerEndpoints(host, 'ring');
  pings = await Promise.all(
    ends.map(({ container }, index) =>
      steadyPing(host, container, (ends[index + 1] ?? ends[0])?.address ?? ''),
    ),
  );
});

afterAll(async () => {
  await host?.close();
});

/** Resolves when every ping has had some more replies. */
async function keepPinging(): Promise<void> {
  await Promise.all(pings.map((ping) => ping.more(5)));
}

async function lostPings(): Promise<readonly number[]> {
  return (await Promise.all(pings.map((ping) => ping.replies()))).flatMap(lostAmong);
}

describe('dovesnapd beside twenty containers that ping each other', () => {
  test('loses none of their pings when it is killed and started again', async () => {
    await keepPinging();
    await host.daemon.kill();
    await keepPinging();
    await host.daemon.start();
    expect(await untilAllOpen(host, 'ring', names)).toEqual(attached);
    await keepPinging();
    expect(await lostPings()).toEqual([]);
  });

  test('attaches a new container after its restart', async () => {
    await startContainer(host, 'new', 'ring');
    const ends = await dockerEndpoints(host, 'ring');
    const addresses = ends.filter((end) => end.container !== 'new').map((end) => end.address);
    expect(addresses).toHaveLength(20);
    expect(await unanswered(host, 'new', addresses)).toEqual([]);
  });

  test('leaves their data path running when it is stopped', async () => {
    const { logs } = host.daemon;
    const since = logs.entries.length;
    expect(await host.daemon.stop()).toEqual({ code: 0, signal: undefined });
    const stops = await logs.waitFor(({ msg }) => `${msg}`.startsWith('dovesnapd stops'), {
      since,
    });
    await keepPinging();
    await host.daemon.start();
    const listens = await logs.waitFor(({ msg }) => msg === 'dovesnapd listens', { since });
    const last = logs.entries.slice(logs.entries.indexOf(stops), logs.entries.indexOf(listens));
    expect(last.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    await untilAllOpen(host, 'ring', [...names, 'new']);
    await keepPinging();
    expect(await lostPings()).toEqual([]);
  });

  test('removes containers that it has not seen start, and all of their network', async () => {
    await removeFleet(host, [...names, 'new']);
    expect(await statusEndpoints(host, 'ring')).toEqual([]);
    await host.docker('network', 'rm', 'ring');
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
  });
});

describe('a second dovesnapd', () => {
  test('refuses to start and leaves the socket of the first alone', async () => {
    const first = await lstat(host.path(socket));
    const second = await host.spawn(process.execPath, [main]);
    expect((await second.exited).code).toBe(1);
    await second.output.waitFor(({ text }) => text.startsWith('dovesnapd: '));
    const said = second.output.entries.map(({ text }) => text).join('\n');
    expect(said).toBe(
      `dovesnapd: another dovesnapd answers on ${socket}: stop it first, or give this one another --plugin_socket`,
    );
    expect((await lstat(host.path(socket))).ino).toBe(first.ino);
    expect(await host.daemon.call('Plugin.Activate')).toEqual({ Implements: ['NetworkDriver'] });
  });

  test('that has a socket of its own changes nothing on the switch of the first', async () => {
    const own = '/run/docker/plugins/second.sock';
    const second = await host.spawn(process.execPath, [
      main,
      `--plugin_socket=${own}`,
      '--status_port=9499',
    ]);
    await second.output.waitFor(({ text }) => text.includes('dovesnapd listens'));
    // One that has not heard from the switch yet says that instead.
    const hasSwitch = async (): Promise<boolean> => {
      const { body } = await host.http('http://127.0.0.1:9499/readyz');
      return !(JSON.parse(body) as { readonly away: readonly string[] }).away.includes('ovs');
    };
    await until(hasSwitch, { what: 'the switch in the second' });
    const refusal = host.docker('network', 'create', '-d', 'second', 'other');
    await expect(refusal).rejects.toThrow('another dovesnapd looks after the Open vSwitch');
    await second.stop();
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
  });
});
