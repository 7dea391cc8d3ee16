import { diffSnapshots, type Host, type Peer, snapshot, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Belongings,
  belongingsOf,
  bridgeOf,
  noteOf,
  openLan,
  untilBound,
  untilHas,
} from './bound.ts';
import { complaintOf } from './complaint.ts';
import { untilPortsRest } from './fleet.ts';
import { createNetwork, openLab } from './lab.ts';
import { statusOf } from './other-ports.ts';
import { peerReaches } from './reaches.ts';
import { openSession } from './tcp-session.ts';

const subnet = ['--subnet=10.61.0.0/24', '--ip-range=10.61.0.128/25'];

let host: Host;

beforeAll(async () => {
  host = await openLab('bind-no');
});

afterAll(async () => {
  await host?.close();
});

describe('an interface that cannot be bound', () => {
  let lan: Peer;
  let before: Belongings;

  beforeAll(async () => {
    lan = await openLan(host, 'bad', '10.61');
    before = await belongingsOf(host, 'to-bad');
  });

  test('half-way is put back as it was, and bound when the cause is gone', async () => {
    const session = await openSession(host, lan, '10.61.0.50', 7004);
    // The bridge's device will take no IPv6 address: the batch fails after some of its lines.
    await sysctl('net.ipv6.conf.default.disable_ipv6', '1');
    await createNetwork(host, 'bad', { 'ovs.bridge.bind_interface': 'to-bad' }, subnet);
    const note = await noteOf(host, 'bad', 'is not bound');
    expect(note).toContain('interface to-bad is not bound: address fd61::2/64 could not be added');
    expect(await host.ovs.vsctl('list-ports', await bridgeOf(host, 'bad'))).not.toContain('to-bad');
    expect(await belongingsOf(host, 'to-bad')).toEqual(before);
    const { addresses, routes } = await belongingsOf(host, await bridgeOf(host, 'bad'));
    expect([...addresses, ...routes]).toEqual([]);
    expect(await peerReaches(lan, '10.61.0.2')).toBe(true);
    const tries = await failuresAtRest('bad');
    await host.ovs.vsctl('add-br', 'theirs', '--', 'del-br', 'theirs');
    expect(failures()).toBe(tries);

    await sysctl('net.ipv6.conf.default.disable_ipv6', '0');
    await sysctl(`net.ipv6.conf.${await bridgeOf(host, 'bad')}.disable_ipv6`, '0');
    await host.docker('network', 'create', 'trigger');
    await host.docker('network', 'rm', 'trigger');
    await untilBound(host, 'bad', 'to-bad');
    await untilHas(host, await bridgeOf(host, 'bad'), before);
    expect((await statusOf(host, 'bad')).Notes).toEqual([]);
    await host.docker('network', 'rm', 'bad');
    const { sent, received } = await session.end();
    expect(received).toBe(sent);
  });

  test('because it is on another bridge by now is left alone, and bound when it is free', async () => {
    await host.faucet.stop();
    await createNetwork(host, 'late', { 'ovs.bridge.bind_interface': 'to-bad' }, subnet);
    await host.ovs.vsctl('add-br', 'theirs', '--', 'add-port', 'theirs', 'to-bad');
    await host.faucet.start();
    expect(await noteOf(host, 'late', 'is not bound')).toContain('it is on theirs');
    expect(await belongingsOf(host, 'to-bad')).toEqual(before);
    await host.ovs.vsctl('del-br', 'theirs');
    await untilBound(host, 'late', 'to-bad');
    await host.docker('network', 'rm', 'late');
    expect(await belongingsOf(host, 'to-bad')).toEqual(before);
  });

  test('because its flows do not come is put back also by a daemon that was killed meanwhile', async () => {
    await host.faucet.stop();
    await createNetwork(host, 'slow', { 'ovs.bridge.bind_interface': 'to-bad' }, subnet);
    await host.ovs.vsctl('add-br', 'theirs', '--', 'add-port', 'theirs', 'to-bad');
    await host.faucet.start();
    await noteOf(host, 'slow', 'is not bound');
    const session = await openSession(lan, host, '10.61.0.2', 7006);
    const bridge = await bridgeOf(host, 'slow');
    await host.faucet.kill();
    await host.ovs.vsctl('del-br', 'theirs');
    await until(async () => (await host.ovs.vsctl('list-ports', bridge)).includes('to-bad'), {
      what: 'the half-way',
    });
    await host.daemon.kill();
    await host.daemon.start();
    expect(await noteOf(host, 'slow', 'is not bound')).toContain('no flows after 2 s');
    await until(async () => !(await host.ovs.vsctl('list-ports', bridge)).includes('to-bad'), {
      what: 'the way back',
    });
    expect(await belongingsOf(host, 'to-bad')).toEqual(before);
    // The switch may take a moment longer than its database.
    await until(() => peerReaches(lan, '10.61.0.2'), { what: 'a reply of the host' });
    await host.faucet.start();
    await untilBound(host, 'slow', 'to-bad');
    await host.docker('network', 'rm', 'slow');
    expect(await belongingsOf(host, 'to-bad')).toEqual(before);
    const { sent, received } = await session.end();
    expect(received).toBe(sent);
    await lan.close();
  });

  function failures(): number {
    return host.daemon.logs.entries.filter(({ msg }) => String(msg).includes('is not bound'))
      .length;
  }

  /** The number of failures once no more come: each change of what Faucet has leads to another try. */
  async function failuresAtRest(network: string): Promise<number> {
    await untilPortsRest(host, network);
    let last: number | undefined;
    const atRest = (): number | undefined => {
      const before = last;
      last = failures();
      return last === before ? last : undefined;
    };
    return until(atRest, { what: 'the last try to bind', interval: 1000 });
  }
});

describe('bind_interface', () => {
  beforeAll(async () => {
    const lines = [
      ...['spare', 'member', 'switched', 'split'].map((name) => `link add ${name} type veth`),
      'link add linuxbridge type bridge',
      'link set member master linuxbridge',
      'link set split up',
      'address add 10.66.0.2/24 dev split',
      'route add 10.67.0.0/24 nexthop via 10.66.0.3 dev split nexthop via 10.66.0.4 dev split',
    ];
    await host.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
    await host.ovs.vsctl('add-br', 'theirs', '--', 'add-port', 'theirs', 'switched');
    await createNetwork(host, 'first', { 'ovs.bridge.bind_interface': 'spare' });
    await host.daemon.waitForLog(
      (line) => line.msg === 'an interface is bound' && line.interface === 'spare',
    );
    await untilPortsRest(host, 'first');
  });

  afterAll(async () => {
    await host.docker('network', 'rm', 'first');
  });

  test.each([
    ['nosuch', {}, 'an interface that this host has'],
    ['two words', {}, 'an interface name of 1 to 15'],
    ['lo', {}, 'an interface name of 1 to 15'],
    ['switched', {}, 'on no bridge: it is on theirs'],
    ['member', {}, 'on no bridge: it is on linuxbridge'],
    ['theirs', {}, 'an interface that this host has'],
    ['linuxbridge', {}, 'not a bridge itself'],
    ['spare', {}, 'an interface that no network has'],
    ['split', {}, 'several next hops, as that to 10.67.0.0/24 has'],
    ['split', { 'ovs.bridge.mtu': '9000' }, 'several next hops'],
    ['switched', { 'ovs.bridge.add_ports': 'switched' }, 'in neither ovs.bridge.add_ports nor'],
  ])('=%s with %o is refused, and leaves nothing behind', async (name, options, reason) => {
    const untouched = await snapshot(host);
    const said = await complaintOf(
      createNetwork(host, 'refused', { 'ovs.bridge.bind_interface': name, ...options }),
    );
    expect(said).toContain(`option ovs.bridge.bind_interface cannot be "${name}": accepted is `);
    expect(said).toContain(reason);
    expect(diffSnapshots(untouched, await snapshot(host))).toEqual([]);
  });

  test('keeps an interface from the other options for ports, and from networks that are not named', async () => {
    const taken = createNetwork(host, 'refused', { 'ovs.bridge.add_ports': 'spare' });
    expect(await complaintOf(taken)).toContain('an interface that no network has');
    const [ours = ''] = (await host.run('ls', ['/sys/class/net'])).stdout.match(/^odc\w+/m) ?? [];
    const veth = createNetwork(host, 'refused', { 'ovs.bridge.bind_interface': ours });
    expect(await complaintOf(veth)).toContain('no port of a network of this driver');
    const wide = { 'ovs.bridge.bind_interface': 'spare', 'ovs.bridge.mtu': '9000' };
    await host.docker('network', 'rm', 'first');
    const jumbo = createNetwork(host, 'refused', wide);
    expect(await complaintOf(jumbo)).toContain('MTU of 9000: it has 1500');
    await createNetwork(host, 'first', {});
  });
});

async function sysctl(setting: string, value: string): Promise<void> {
  await host.run('sysctl', ['-q', '-w', `${setting}=${value}`]);
}
