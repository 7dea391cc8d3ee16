import { parseFaucet } from '@dovesnap/faucet-config';
import { addPeer, type Host, type Peer, patient, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Belongings, belongingsOf, openLan, untilBound } from './bound.ts';
import { addressOf, createNetwork, inContainer, netAdmin, openLab, startContainer } from './lab.ts';
import { echoesOf, mirrored, untilMirrorReady } from './mirror.ts';
import { networkStatus } from './network-status.ts';
import { externalPorts } from './other-ports.ts';
import { hostReaches, peerReaches, reaches } from './reaches.ts';
import { openSession, type TcpSession } from './tcp-session.ts';

/** Number of a bridge's own port in OpenFlow. */
const local = 4294967294;

const operator = `# Switches of the campus
acls:
  no-ping-request:
    - rule: {eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}
    - rule: {actions: {allow: 1}}
vlans:
  office: {vid: 100, description: "1st floor"}
dps:
  lan:                       # Ann's
    dp_id: 0xAFFE
    hardware: "Open vSwitch"
    description: 'built by hand'
    interface_ranges:
      "3-4": {native_vlan: office, tagged_vlans: [7]}   # spare
    interfaces:
      1: {native_vlan: office, description: 'uplink'}
      ${local}: {acls_in: [no-ping-request]}   # what the host may send
  elsewhere: {dp_id: 0xe15e, hardware: "Open vSwitch", interfaces: {1: {native_vlan: 4000}}}
# The end.
`;

const subnet = ['--subnet=10.61.0.0/24', '--ip-range=10.61.0.128/25'];

let host: Host;
let lan: Peer;
let before: Belongings;

beforeAll(async () => {
  host = await openLab('beside', {
    faucetConfig: operator,
    daemon: { args: ['--mirror_bridge_out=to-tap'] },
  });
  lan = await openLan(host, 'lan', '10.61');
  before = await belongingsOf(host, 'to-lan');
});

afterAll(async () => {
  await host?.close();
});

describe('an interface that is bound in a datapath of the operator’s, beside a mirror', () => {
  let tap: Peer;
  let session: TcpSession;

  beforeAll(async () => {
    tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
    session = await openSession(host, lan, '10.61.0.50', 7001);
    const options = { 'ovs.bridge.dpid': '0xaffe', 'ovs.bridge.bind_interface': 'to-lan' };
    await createNetwork(host, 'lan', options, subnet);
    await untilBound(host, 'lan', 'to-lan');
    await untilMirrorReady(host, 'lan');
    await startContainer(host, 'watched', 'lan', mirrored('true'));
    await startContainer(host, 'plain', 'lan');
  });

  test('keeps off the numbers that he has declared', async () => {
    const shown = async () => (await externalPorts(host, 'lan'))['to-lan'];
    const { OFPort } = await until(shown, { what: 'the interface among the ports' });
    expect([1, 3, 4]).not.toContain(OFPort);
    const dp = parseFaucet(await host.faucet.readConfig()).dps.get('lan');
    expect(dp?.raw.description).toBe('built by hand');
    expect(dp?.interfaces.find((item) => item.number === OFPort)).toMatchObject({
      description: 'to-lan',
      nativeVlan: 100,
    });
  });

  test('has the host under the ACL that he gave it', async () => {
    const found = parseFaucet(await host.faucet.readConfig()).dps.get('lan')?.interfaces;
    expect(found?.find((item) => item.number === local)).toMatchObject({
      aclsIn: ['no-ping-request'],
      nativeVlan: 100,
    });
    expect(await hostReaches(host, '10.61.0.50')).toBe(false);
    expect(await peerReaches(lan, '10.61.0.2')).toBe(true);
    expect(await reaches(host, 'plain', '10.61.0.2')).toBe(true);
  });

  test('is copied as what a container with the label sends and gets, and not besides', async () => {
    const watched = await addressOf(host, 'watched', 'lan');
    const echoes = await echoesOf(host, tap, 'watched', '10.61.0.50', 2);
    expect(echoes.filter((text) => text.includes(`${watched} > 10.61.0.50`))).toHaveLength(1);
    expect(echoes.filter((text) => text.includes(`10.61.0.50 > ${watched}`))).toHaveLength(1);
    expect(echoes.every((text) => text.includes('vlan 100'))).toBe(true);
    expect(await echoesOf(host, tap, 'plain', '10.61.0.50')).toEqual([]);
    expect(await echoesOf(host, tap, 'plain', '10.61.0.2')).toEqual([]);
  });

  test('is given back, and his file with it, byte for byte', async () => {
    await host.docker('rm', '--force', 'watched', 'plain');
    await host.docker('network', 'rm', 'lan');
    expect(await belongingsOf(host, 'to-lan')).toEqual(before);
    expect(await host.faucet.readConfig()).toBe(operator);
    const { sent, received, longestGap } = await session.end();
    expect(received).toBe(sent);
    expect(longestGap).toBeLessThan(patient(2000));
  });
});

describe.each(['flat', 'nat'])(
  'an interface that a %s network binds whose containers are kept apart',
  (mode) => {
    const net = mode === 'flat' ? '10.61.0' : '10.70.0';

    beforeAll(async () => {
      const options = {
        'ovs.bridge.mode': mode,
        'ovs.bridge.bind_interface': 'to-lan',
        'com.docker.network.bridge.enable_icc': 'false',
      };
      const flags = mode === 'flat' ? subnet : [`--subnet=${net}.0/24`, `--gateway=${net}.1`];
      await createNetwork(host, 'apart', options, flags);
      await untilBound(host, 'apart', 'to-lan');
      for (const name of ['one', 'two']) await startContainer(host, name, 'apart', [netAdmin]);
    });

    test('leaves each the host and what is behind the interface', async () => {
      const hostAddress = mode === 'flat' ? '10.61.0.2' : '10.70.0.1';
      expect(await reaches(host, 'one', hostAddress)).toBe(true);
      expect(await hostReaches(host, await addressOf(host, 'one', 'apart'))).toBe(true);
      expect(await hostReaches(host, '10.61.0.50')).toBe(true);
      if (mode === 'flat') expect(await reaches(host, 'one', '10.61.0.50')).toBe(true);
    });

    test('keeps them from each other, through the host as well', async () => {
      const [one, two] = await Promise.all(
        ['one', 'two'].map((name) => addressOf(host, name, 'apart')),
      );
      expect(await reaches(host, 'one', two ?? '')).toBe(false);
      const hostAddress = mode === 'flat' ? '10.61.0.2' : '10.70.0.1';
      await inContainer(host, 'one', 'ip', 'route', 'add', `${two}/32`, 'via', hostAddress);
      await inContainer(host, 'two', 'ip', 'route', 'add', `${one}/32`, 'via', hostAddress);
      // However open the host itself is.
      await host.run('sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1']);
      await host.run('iptables', ['-P', 'FORWARD', 'ACCEPT']);
      expect(await reaches(host, 'one', two ?? '')).toBe(false);
    });

    test('says that they do not get out through it', async () => {
      const notes = (await networkStatus(host, 'apart'))?.Notes.join() ?? '';
      expect(notes.includes('containers cannot get out through interface to-lan')).toBe(
        mode === 'nat',
      );
    });

    test('is given back with the network', async () => {
      await host.docker('rm', '--force', 'one', 'two');
      await host.docker('network', 'rm', 'apart');
      expect(await belongingsOf(host, 'to-lan')).toEqual(before);
    });
  },
);
