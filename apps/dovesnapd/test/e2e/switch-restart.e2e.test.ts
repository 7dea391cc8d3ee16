import { addPeer, diffSnapshots, type Host, snapshot, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerEndpoints,
  fleetNames,
  recordedEndpoints,
  removeFleet,
  type SteadyPing,
  startFleet,
  steadyPing,
  unanswered,
  unansweredAmong,
  untilAllOpen,
  untilPortsRest,
} from './fleet.ts';
import { addressOf, createNetwork, gatewayOf, openLab, startContainer } from './lab.ts';
import { untilNamed } from './network-status.ts';

const names = fleetNames('web', 4);
const all = [...names, 'locked'];
const internet = '203.0.113.1';
let host: Host;
let pings: readonly SteadyPing[];
let lockedOut: SteadyPing;

beforeAll(async () => {
  host = await openLab('switch');
  await addPeer(host, {
    ...{ name: 'internet', address: `${internet}/24`, hostAddress: '203.0.113.2/24' },
    hostDefaultRoute: true,
  });
  await createNetwork(host, 'net', { 'ovs.bridge.mode': 'nat' });
  await startFleet(host, names, 'net');
  await startContainer(host, 'locked', 'net', ['--label', 'dovesnap.faucet.portacl=deny-all']);
  await untilAllOpen(host, 'net', all);
  // The switch's rows remember what the interfaces are called.
  for (const name of all) await untilNamed(host, 'net', name);
  const neighbour = await addressOf(host, 'web-2', 'net');
  pings = [
    await steadyPing(host, 'web-1', neighbour),
    await steadyPing(host, 'web-3', internet),
    await steadyPing(host, 'web-4', await gatewayOf(host, 'net')),
  ];
  lockedOut = await steadyPing(host, 'locked', neighbour);
  await untilPortsRest(host, 'net');
});

afterAll(async () => {
  await host?.close();
});

/** Starts a container and removes it again. */
async function expectNewAttach(): Promise<void> {
  await startContainer(host, 'new', 'net');
  const addresses = await Promise.all(names.map((name) => addressOf(host, name, 'net')));
  expect(await unanswered(host, 'new', [...addresses, internet])).toEqual([]);
  await removeFleet(host, ['new']);
}

/**
 * Expects that what was disturbed is as it was, without help, but for what `ignore` names; that a container can be
 * attached; and that the denied container's frames have got nowhere all the while.
 */
async function expectRecovery(
  disturb: () => Promise<void>,
  ignore: readonly string[] = [],
): Promise<void> {
  const before = await snapshot(host);
  await disturb();
  await Promise.all(pings.map((ping) => ping.more(5)));
  await untilAllOpen(host, 'net', all);
  await untilPortsRest(host, 'net');
  // That a port is open again is remembered once it is; descriptions come when there is time.
  const asBefore = async (): Promise<boolean> => {
    const changes = diffSnapshots(before, await snapshot(host), ignore);
    const left = changes.filter((line) => !line.includes(' description: '));
    if (left.length === 0) return true;
    throw new Error(left.join('\n'));
  };
  await until(asBefore, { what: 'everything as it was', interval: 50 });
  const ends = await dockerEndpoints(host, 'net');
  expect(
    await unansweredAmong(
      host,
      ends.filter((end) => end.container !== 'locked'),
    ),
  ).toEqual([]);
  expect(await lockedOut.replies()).toEqual([]);
  expect(await recordedEndpoints(host)).toHaveLength(all.length);
  await expectNewAttach();
  await untilPortsRest(host, 'net');
}

describe('running containers have their traffic back and a new one attaches', () => {
  test('when Open vSwitch was started again and kept the devices of its bridges', async () => {
    await expectRecovery(() => host.ovs.restart());
  });

  test('when Open vSwitch was started again and the devices of its bridges are new', async () => {
    await expectRecovery(() => host.ovs.restart({ cleanup: true }));
  });

  test('when ovs-vswitchd was killed and started', async () => {
    await expectRecovery(async () => {
      await host.ovs.killSwitch();
      await host.ovs.start();
    });
  });

  test('when the database of Open vSwitch was emptied', async () => {
    await expectRecovery(() => host.ovs.wipeDatabase({ cleanup: true }));
  });

  test('when Faucet was started again', async () => {
    await expectRecovery(() => host.faucet.restart());
  });

  test('when Faucet was killed and started', async () => {
    await expectRecovery(async () => {
      await host.faucet.kill();
      await host.faucet.start();
    });
  });

  test('when the database was emptied while dovesnapd was away', async () => {
    // What nobody remembers is not the same: when the network was made, which free ports it had.
    await expectRecovery(async () => {
      await host.daemon.kill();
      await host.ovs.wipeDatabase({ cleanup: true });
      await host.daemon.start();
    }, ['bridge', 'interface', 'port', 'link', 'nft', 'faucet.yaml']);
    const rest = await untilPortsRest(host, 'net');
    expect(rest.links).toHaveLength(rest.count);
    expect(rest.switchPorts).toEqual(rest.links);
    expect(rest.faucetPorts).toHaveLength(rest.count);
  });
});
