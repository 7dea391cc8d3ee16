import {
  addPeer,
  type Host,
  type LogLine,
  type OvsOptions,
  throughput,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectCopy, expectDownload, expectUpload } from './bulk.ts';
import { untilAllOpen, untilPortsRest } from './fleet.ts';
import { createNetwork, openLab, startContainer } from './lab.ts';

const web = 'http://203.0.113.1:8080';
const bed: { host?: Host } = {};

async function open(ovs: OvsOptions): Promise<void> {
  const host = await openLab('tso', { ovs });
  bed.host = host;
  const internet = await addPeer(host, {
    ...{ name: 'internet', address: '203.0.113.1/24', hostAddress: '203.0.113.2/24' },
    hostDefaultRoute: true,
  });
  await internet.serveHttp(8080);
  await createNetwork(host, 'net', { 'ovs.bridge.mode': 'nat', 'ovs.bridge.userspace': 'true' });
  await startContainer(host, 'one', 'net');
  await startContainer(host, 'two', 'net');
  await untilPortsRest(host, 'net');
}

function lab(): Host {
  if (bed.host === undefined) throw new Error('no lab is open');
  return bed.host;
}

async function close(): Promise<void> {
  await bed.host?.close();
}

/** Whether the container leaves checksums to what is behind its interface. */
async function offloads(container: string): Promise<boolean> {
  const pid = await lab().docker('inspect', '--format', '{{.State.Pid}}', container);
  const { stdout } = await lab().run('nsenter', [
    ...[`--net=/proc/${pid}/ns/net`, '--'],
    ...['ethtool', '--show-features', 'eth0'],
  ]);
  return /^tx-checksumming: on$/m.test(stdout);
}

async function untilOffloads(container: string, wanted: boolean): Promise<void> {
  await until(async () => (await offloads(container)) === wanted || undefined, {
    what: `transmit offload ${wanted ? 'on' : 'off'} in ${container}`,
  });
}

async function expectWorkingTcp(): Promise<void> {
  await expectDownload(lab(), 'one', web);
  await expectUpload(lab(), 'one', web);
  await expectCopy(lab(), 'one', 'two', 'net');
}

/** Restarts the switch, with its devices kept, as a package upgrade does. */
async function restartWithTso(tso: boolean, names: readonly string[]): Promise<void> {
  const setting = `other_config:userspace-tso-enable=${tso}`;
  await lab().ovs.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', setting);
  await lab().ovs.restart();
  await untilAllOpen(lab(), 'net', names);
}

async function report(what: string): Promise<number> {
  const rate = await throughput(lab(), 'one', 'two', 'net');
  process.stdout.write(`container to container, ${what}: ${(rate / 1e9).toFixed(2)} Gbit/s\n`);
  return rate;
}

describe('on a userspace bridge without TSO', () => {
  beforeAll(() => open({}));
  afterAll(close);

  test('containers compute their own checksums', async () => {
    expect([await offloads('one'), await offloads('two')]).toEqual([false, false]);
  });

  test('100 MB of TCP arrive intact, beyond the host and between containers', expectWorkingTcp);

  test('the throughput is told', async () => {
    expect(await report('OVS netdev, offload off')).toBeGreaterThan(1e7);
  });
});

describe.each([
  ['built with DPDK', 'dpdk'],
  ['as it usually is', 'plain'],
] as const)('on a userspace bridge with TSO of an Open vSwitch %s', (_what, build) => {
  beforeAll(() => open({ tso: true, build }));
  afterAll(close);

  test('containers leave checksums and segments to the switch', async () => {
    expect([await offloads('one'), await offloads('two')]).toEqual([true, true]);
  });

  test('100 MB of TCP arrive intact, beyond the host and between containers', expectWorkingTcp);

  test('the throughput is told', async () => {
    expect(await report(`OVS netdev with TSO, build ${build}`)).toBeGreaterThan(1e7);
  });
});

describe('when Open vSwitch is restarted', () => {
  beforeAll(() => open({ tso: true }));
  afterAll(close);

  test('without TSO, running and new containers compute their own checksums', async () => {
    await restartWithTso(false, ['one', 'two']);
    await untilOffloads('one', false);
    await untilOffloads('two', false);
    await expectWorkingTcp();
    await untilPortsRest(lab(), 'net');
    await startContainer(lab(), 'three', 'net');
    expect(await offloads('three')).toBe(false);
    await expectCopy(lab(), 'one', 'three', 'net');
  });

  test('with TSO while the daemon is away, they leave that to the switch again', async () => {
    await lab().daemon.stop();
    const setting = 'other_config:userspace-tso-enable=true';
    await lab().ovs.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', setting);
    await lab().ovs.restart({ cleanup: true });
    await lab().daemon.start();
    await untilAllOpen(lab(), 'net', ['one', 'two', 'three']);
    await untilOffloads('one', true);
    await untilOffloads('three', true);
    await expectWorkingTcp();
    await untilPortsRest(lab(), 'net');
    await startContainer(lab(), 'four', 'net');
    expect(await offloads('four')).toBe(true);
    await expectCopy(lab(), 'one', 'four', 'net');
  });

  test('is asked for TSO only while it runs, it is said that this takes a restart', async () => {
    await restartWithTso(false, ['one', 'two', 'three', 'four']);
    await untilOffloads('one', false);
    const since = lab().daemon.logs.entries.length;
    const isIt = ({ msg }: LogLine) => /restart Open vSwitch/.test(String(msg));
    const setting = 'other_config:userspace-tso-enable=true';
    await lab().ovs.vsctl('set', 'Open_vSwitch', '.', setting);
    expect((await lab().daemon.waitForLog(isIt, { since })).network).toBe('net');
    expect(await offloads('one')).toBe(false);
  });
});
