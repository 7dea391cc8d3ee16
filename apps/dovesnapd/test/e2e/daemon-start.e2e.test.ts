import { type Host, openHost, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { dockerEndpoints, statusEndpoints, unansweredAmong, untilAllOpen } from './fleet.ts';
import { createNetwork, startContainer } from './lab.ts';

let host: Host;

beforeAll(async () => {
  host = await openHost({ name: 'alone' });
  await host.startDaemon();
});

afterAll(async () => {
  await host?.close();
});

/** Resolves when `/readyz` says that just these parts are away. */
async function untilAway(...wanted: readonly string[]): Promise<void> {
  await until(
    async () => {
      const { away } = (await host.daemon.status('/readyz')) as { away: readonly string[] };
      if (away.join() === wanted.join()) return true;
      throw new Error(`away: ${away.join()}`);
    },
    { what: `away: ${wanted.join()}`, interval: 50 },
  );
}

describe('dovesnapd on a machine where nothing else runs', () => {
  test('answers the handshake and says what is away', async () => {
    expect(await host.daemon.call('Plugin.Activate')).toEqual({ Implements: ['NetworkDriver'] });
    expect(await host.daemon.call('NetworkDriver.GetCapabilities')).toMatchObject({
      Scope: 'local',
      ConnectivityScope: 'local',
    });
    await untilAway('docker', 'ovs', 'faucet');
  });

  test('takes Docker up, and says that a network needs Open vSwitch', async () => {
    await host.startDocker();
    await untilAway('ovs', 'faucet');
    expect(await complaintOf(createNetwork(host, 'net', { 'ovs.bridge.mode': 'nat' }))).toBe(
      'Open vSwitch is not reachable at unix:/var/run/openvswitch/db.sock',
    );
  });

  test('takes Open vSwitch up: a network is made, its containers are pending', async () => {
    await host.startOvs();
    await untilAway('faucet');
    await createNetwork(host, 'net', { 'ovs.bridge.mode': 'nat' });
    await Promise.all(['one', 'two'].map((name) => startContainer(host, name, 'net')));
    const shown = await statusEndpoints(host, 'net');
    expect(shown.map((item) => [item.container, item.state])).toEqual([
      ['one', 'pending'],
      ['two', 'pending'],
    ]);
    expect(await unansweredAmong(host, await dockerEndpoints(host, 'net'))).toHaveLength(2);
  });

  test('takes Faucet up: the containers reach each other without help', async () => {
    await host.startFaucet();
    await untilAway();
    await untilAllOpen(host, 'net', ['one', 'two']);
    expect(await unansweredAmong(host, await dockerEndpoints(host, 'net'))).toEqual([]);
  });
});
