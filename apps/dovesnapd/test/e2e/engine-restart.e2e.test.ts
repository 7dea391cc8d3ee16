import {
  diffSnapshots,
  type FakeDocker,
  fakeDocker,
  type Host,
  type LogLine,
  snapshot,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerEndpoints,
  fleetNames,
  lostAmong,
  recordedEndpoints,
  removeFleet,
  type SteadyPing,
  startFleet,
  statusEndpoints,
  steadyPing,
  unanswered,
  unansweredAmong,
  untilAllOpen,
  untilPortsRest,
} from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';

const names = fleetNames('web', 4);
const all = [...names, 'locked'];
const again = ['--restart=always', '--stop-signal=KILL'];
let host: Host;

beforeAll(async () => {
  host = await openLab('engine');
  await createNetwork(host, 'net', { 'ovs.bridge.mode': 'nat' });
  await startFleet(host, names, 'net', again);
  const denied = ['--label', 'dovesnap.faucet.portacl=deny-all'];
  await startContainer(host, 'locked', 'net', [...again, ...denied]);
  await untilAllOpen(host, 'net', all);
});

afterAll(async () => {
  await host?.close();
});

/** Expects every container to be attached once, under its own policy and no other. */
async function expectAllAttached(): Promise<void> {
  await untilAllOpen(host, 'net', all);
  const ends = await dockerEndpoints(host, 'net');
  const open = ends.filter((end) => end.container !== 'locked');
  expect(await unansweredAmong(host, open)).toEqual([]);
  const addresses = open.map((end) => end.address);
  expect(await unanswered(host, 'locked', addresses)).toEqual(addresses);
  expect(await recordedEndpoints(host)).toHaveLength(all.length);
}

async function expectNewAttach(): Promise<void> {
  try {
    await startContainer(host, 'new', 'net');
    const addresses = await Promise.all(names.map((name) => addressOf(host, name, 'net')));
    expect(await unanswered(host, 'new', addresses)).toEqual([]);
  } finally {
    await removeFleet(host, ['new']);
  }
}

async function endpointIds(): Promise<readonly string[]> {
  return (await statusEndpoints(host, 'net')).map((item) => item.endpointId);
}

describe('containers with --restart=always', () => {
  test('are attached again under new endpoints when dockerd was killed and started', async () => {
    const old = await endpointIds();
    const since = host.daemon.logs.entries.length;
    await host.engine.kill();
    await host.engine.start();
    await expectAllAttached();
    const now = await endpointIds();
    expect(now.filter((id) => old.includes(id))).toEqual([]);
    const lines = host.daemon.logs.entries.slice(since);
    const pending = lines.filter((line) => line.phase === 'pending').map((line) => line.reason);
    expect(pending).toEqual(all.map(() => 'Docker does not answer yet'));
    await expectNewAttach();
  });

  test('are attached again when dockerd was stopped and started', async () => {
    await host.engine.restart();
    await expectAllAttached();
    await expectNewAttach();
  });
});

describe('dovesnapd started beside a Docker that is not the one of its containers', () => {
  let docker: FakeDocker;
  let ping: SteadyPing;

  beforeAll(async () => {
    await createNetwork(host, 'unused', { 'ovs.bridge.mode': 'nat' });
    await untilPortsRest(host, 'unused');
    docker = await fakeDocker();
    ping = await steadyPing(host, 'web-1', await addressOf(host, 'web-2', 'net'));
  });

  afterAll(async () => {
    await docker?.close();
  });

  /** Starts dovesnapd at the other Docker, waits until it has said something, stops it, and expects that it has removed nothing. */
  async function expectNothingRemoved(saying: string): Promise<void> {
    await host.daemon.stop();
    const before = await snapshot(host);
    const since = host.daemon.logs.entries.length;
    await host.daemon.start({ args: ['--docker_socket', docker.socketPath] });
    const isSaid = (line: LogLine): boolean => String(line.msg).includes(saying);
    await host.daemon.waitForLog(isSaid, { since });
    await host.daemon.stop();
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
    await ping.more(5);
    expect(lostAmong(await ping.replies())).toEqual([]);
  }

  test('removes nothing when that Docker is empty', async () => {
    docker.content.id = await host.docker('info', '--format', '{{.ID}}');
    await expectNothingRemoved('does not list networks that are in use: nothing is removed');
  });

  test('removes nothing when that Docker is another engine', async () => {
    docker.content.id = 'FAKE:ENGINE';
    await expectNothingRemoved('networks of another Docker engine are left alone');
  });

  test('removes nothing when that Docker answers with errors', async () => {
    docker.content.id = await host.docker('info', '--format', '{{.ID}}');
    docker.behave((path) => (path === '/networks' ? { status: 500 } : 'answer'));
    await expectNothingRemoved('could not compare the networks with those that Docker lists');
  });

  test('has them all again when it is started beside their own Docker', async () => {
    await host.daemon.start({ args: [] });
    await expectAllAttached();
    await expectNewAttach();
  });
});

describe('containers whose dockerd was killed and started while dovesnapd was away', () => {
  test('leave nothing on the switch, and are attached again when they are started', async () => {
    // Docker asks for an absent driver for 15 seconds, per container that it wants to restart.
    await host.docker('update', '--restart=no', ...all);
    await host.daemon.kill();
    await host.engine.kill();
    await host.engine.start();
    await host.daemon.start();
    await untilAllOpen(host, 'net', []);
    // Records follow what is shown.
    const areCleared = async () => (await recordedEndpoints(host)).length === 0;
    await until(areCleared, { what: 'a switch without endpoints' });
    await Promise.all(all.map((name) => host.docker('start', name)));
    await expectAllAttached();
    await expectNewAttach();
  });
});
