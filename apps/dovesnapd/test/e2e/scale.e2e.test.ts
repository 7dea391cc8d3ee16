import { diffSnapshots, type Host, type Snapshot, snapshot } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerEndpoints,
  fleetNames,
  recordedEndpoints,
  removeFleet,
  startFleet,
  statusEndpoints,
  unansweredAmong,
  untilAllOpen,
  untilPortsRest,
} from './fleet.ts';
import { createNetwork, openLab } from './lab.ts';

const names = fleetNames('web', 50);
let host: Host;
let before: Snapshot;

beforeAll(async () => {
  host = await openLab('scale');
  before = await snapshot(host);
  await createNetwork(host, 'crowd', { 'ovs.bridge.mode': 'nat' });
});

afterAll(async () => {
  await host?.close();
});

describe('fifty containers started in parallel on one network', () => {
  test('are all attached, each on a port of its own', async () => {
    await startFleet(host, names, 'crowd');
    const shown = await untilAllOpen(host, 'crowd', names);
    expect(new Set(shown.map((item) => item.ofPort)).size).toBe(50);
    expect(new Set(shown.map((item) => item.hostLink)).size).toBe(50);
  });

  test('all reach each other', async () => {
    const endpoints = await dockerEndpoints(host, 'crowd');
    expect(endpoints).toHaveLength(50);
    expect(await unansweredAmong(host, endpoints)).toEqual([]);
  });

  test('leave only free ports behind when they are removed in parallel', async () => {
    await removeFleet(host, names);
    expect(await statusEndpoints(host, 'crowd')).toEqual([]);
    expect(await recordedEndpoints(host)).toEqual([]);
    const rest = await untilPortsRest(host, 'crowd');
    expect(rest.links).toHaveLength(rest.count);
    expect(rest.switchPorts).toEqual(rest.links);
    expect(rest.faucetPorts).toHaveLength(rest.count);
  });

  test('leave nothing at all once their network is removed', async () => {
    await host.docker('network', 'rm', 'crowd');
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
  });
});
