import { type Host, type Peer, patient, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Belongings,
  belongingsOf,
  bridgeOf,
  macOf,
  noteOf,
  openLan,
  untilBound,
  untilHas,
} from './bound.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { externalPorts, statusOf } from './other-ports.ts';
import { hostReaches, peerReaches, reaches } from './reaches.ts';
import { openSession, type TcpSession } from './tcp-session.ts';

const subnet = ['--subnet=10.61.0.0/24', '--ip-range=10.61.0.128/25'];

let host: Host;

beforeAll(async () => {
  host = await openLab('bind');
});

afterAll(async () => {
  await host?.close();
});

describe('an interface that a flat network binds', () => {
  let lan: Peer;
  let before: Belongings;
  let mac: string;
  let out: TcpSession;
  let into: TcpSession;

  beforeAll(async () => {
    lan = await openLan(host, 'lan', '10.61');
    // As every network card does, and a veth by default does not.
    await host.run('ethtool', ['--offload', 'to-lan', 'gro', 'on']);
    before = await belongingsOf(host, 'to-lan');
    mac = await macOf(host, 'to-lan');
    out = await openSession(host, lan, '10.61.0.50', 7001);
    into = await openSession(lan, host, '10.61.0.2', 7002);
    await createNetwork(host, 'lan', { 'ovs.bridge.bind_interface': 'to-lan' }, subnet);
    await startContainer(host, 'box', 'lan');
    await untilBound(host, 'lan', 'to-lan');
  });

  test('has its addresses and routes on the bridge, and none itself', async () => {
    const bridge = await bridgeOf(host, 'lan');
    await untilHas(host, bridge, before);
    expect(await belongingsOf(host, 'to-lan')).toEqual({ addresses: [], routes: [] });
    expect(await macOf(host, bridge)).toBe(mac);
  });

  test('is shown in /networks', async () => {
    const port = async () => (await externalPorts(host, 'lan'))['to-lan'];
    await until(async () => (await port())?.State === 'open', { what: 'the interface, open' });
    const shown = await statusOf(host, 'lan');
    expect(shown).toMatchObject({
      FlatBindInterface: 'to-lan',
      AddPorts: '',
      MTU: 1400,
      Notes: [],
    });
    expect(await port()).toMatchObject({ Kind: 'physical', Vlan: 100, State: 'open' });
  });

  test('is in the picture, as a port of the bridge', async () => {
    const picture = (await host.daemon.status('/topology.json')) as {
      readonly bridges: readonly { readonly ports: readonly unknown[] }[];
    };
    const ports = picture.bridges.flatMap((bridge) => bridge.ports);
    expect(ports).toContainEqual(expect.objectContaining({ name: 'to-lan', ofPort: 1 }));
  });

  test('joins the containers, the host and what is behind it', async () => {
    const box = await addressOf(host, 'box', 'lan');
    expect(await reaches(host, 'box', '10.61.0.50')).toBe(true);
    expect(await peerReaches(lan, box)).toBe(true);
    expect(await reaches(host, 'box', '10.61.0.2')).toBe(true);
    expect(await hostReaches(host, box)).toBe(true);
    expect(await hostReaches(host, '10.61.0.50')).toBe(true);
  });

  test('carries what a fast sender sends, though the interface merges frames by itself', async () => {
    const size = 20_000_000;
    await lan.serveHttp(80);
    const script = 'timeout "$1" busybox wget -q -O - "$2" | wc -c';
    const args = ['-c', script, 'sh', `${patient(20)}`, `http://10.61.0.50/bytes/${size}`];
    expect(Number((await host.run('sh', args)).stdout)).toBe(size);
  });

  test('stays where it is through a new daemon', async () => {
    await host.daemon.kill();
    await host.daemon.start();
    await untilBound(host, 'lan', 'to-lan');
    expect(await hostReaches(host, '10.61.0.50')).toBe(true);
    await untilHas(host, await bridgeOf(host, 'lan'), before);
  });

  test('is the host’s again when the network goes, and its sessions never broke', async () => {
    await host.docker('rm', '--force', 'box');
    await host.docker('network', 'rm', 'lan');
    expect(await belongingsOf(host, 'to-lan')).toEqual(before);
    expect((await host.run('ethtool', ['--show-features', 'to-lan'])).stdout).toContain(
      'generic-receive-offload: on',
    );
    expect(await peerReaches(lan, '10.61.0.2')).toBe(true);
    expect(await host.ovs.vsctl('list-br')).toBe('');
    for (const session of [out, into]) {
      const { sent, received, longestGap } = await session.end();
      expect(received).toBe(sent);
      expect(sent).toBeGreaterThan(1000);
      expect(longestGap).toBeLessThan(patient(2000));
    }
    await lan.close();
  });
});

describe('a bound interface', () => {
  let lan: Peer;
  let before: Belongings;
  let out: TcpSession;

  beforeAll(async () => {
    lan = await openLan(host, 'wan', '10.61');
    before = await belongingsOf(host, 'to-wan');
    out = await openSession(host, lan, '10.61.0.50', 7003);
    await createNetwork(host, 'wan', { 'ovs.bridge.bind_interface': 'to-wan' }, subnet);
    await startContainer(host, 'box', 'wan');
    await untilBound(host, 'wan', 'to-wan');
  });

  test('is bound again by a switch that lost the bridge’s device with all that was on it', async () => {
    await host.ovs.restart({ cleanup: true });
    await untilAllIsWell();
  });

  test('is bound again by a switch that lost its database', async () => {
    await host.ovs.wipeDatabase({ cleanup: true });
    await untilAllIsWell();
    expect(await belongingsOf(host, 'to-wan')).toEqual({ addresses: [], routes: [] });
  });

  test('is the host’s while a new switch has no flows for it, and bound again when it has', async () => {
    await host.faucet.kill();
    await host.ovs.restart({ cleanup: true });
    expect(await noteOf(host, 'wan', 'is not bound')).toContain('has no flows for the host');
    expect(await belongingsOf(host, 'to-wan')).toEqual(before);
    expect(await hostReaches(host, '10.61.0.50')).toBe(true);
    await host.faucet.start();
    await untilBound(host, 'wan', 'to-wan');
    await untilAllIsWell();
    const isCalm = async () => (await statusOf(host, 'wan')).Notes.length === 0;
    await until(isCalm, { what: 'a network without notes' });
  });

  test('stays bound through new instances of Faucet and Docker', async () => {
    await host.faucet.kill();
    await host.faucet.start();
    await host.engine.stop();
    await host.engine.start();
    await host.docker('start', 'box');
    await untilAllIsWell();
  });

  test('is bound again after a start of the machine, which puts its addresses back', async () => {
    await host.daemon.kill();
    const bridge = await bridgeOfWan();
    const lines = [
      `address flush dev ${bridge}`,
      'address add 10.61.0.2/24 broadcast 10.61.0.255 dev to-wan',
      'address add 10.61.0.7/24 dev to-wan',
      'route add default via 10.61.0.1 dev to-wan metric 100',
    ];
    await host.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
    await host.run('ip', ['-6', 'route', 'flush', 'dev', bridge]);
    // There is none on the kernel's datapath.
    await host.run('nft', ['add table netdev dovesnap; delete table netdev dovesnap']);
    const now = await belongingsOf(host, 'to-wan');
    await host.daemon.start();
    await untilBound(host, 'wan', 'to-wan');
    await untilHas(host, bridge, now);
    expect(await hostReaches(host, '10.61.0.50')).toBe(true);
    before = now;
  });

  test('has lost no byte of a session through all of that, and goes back with the network', async () => {
    await host.docker('rm', '--force', 'box');
    await host.docker('network', 'rm', 'wan');
    expect(await belongingsOf(host, 'to-wan')).toEqual(before);
    const { sent, received } = await out.end();
    expect(received).toBe(sent);
    await lan.close();
  });

  async function bridgeOfWan(): Promise<string> {
    return (await host.ovs.vsctl('list-br')).trim();
  }

  async function untilAllIsWell(): Promise<void> {
    await until(async () => await hostReaches(host, '10.61.0.50'), { what: 'the LAN' });
    await until(async () => await reaches(host, 'box', '10.61.0.50'), { what: 'the box' });
    await untilHas(host, await bridgeOfWan(), before);
  }
});

describe('a nat network that binds the host’s way out', () => {
  test('has the gateway beside the host’s addresses, and lets its containers out', async () => {
    const lan = await openLan(host, 'isp', '10.61');
    const mac = '0e:00:00:00:00:42';
    const options = {
      'ovs.bridge.mode': 'nat',
      'ovs.bridge.bind_interface': 'to-isp',
      'ovs.bridge.ovs_local_mac': mac,
    };
    const session = await openSession(lan, host, '10.61.0.2', 7005);
    await createNetwork(host, 'out', options, ['--subnet=10.70.0.0/24']);
    await createNetwork(host, 'other', { 'ovs.bridge.mode': 'nat' }, ['--subnet=10.71.0.0/24']);
    await untilBound(host, 'out', 'to-isp');
    expect(await macOf(host, await bridgeOf(host, 'out'))).toBe(mac);
    await startContainer(host, 'inner', 'out');
    await startContainer(host, 'elsewhere', 'other');
    expect(await reaches(host, 'inner', '10.70.0.1')).toBe(true);
    expect(await reaches(host, 'inner', '10.61.0.50')).toBe(true);
    expect(await reaches(host, 'elsewhere', '10.61.0.50')).toBe(true);
    await host.docker('rm', '--force', 'inner', 'elsewhere');
    await host.docker('network', 'rm', 'out', 'other');
    const { sent, received, longestGap } = await session.end();
    expect(received).toBe(sent);
    expect(longestGap).toBeLessThan(patient(2000));
    await lan.close();
  });
});
