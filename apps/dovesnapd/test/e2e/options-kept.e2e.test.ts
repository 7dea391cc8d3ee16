import { isDeepStrictEqual } from 'node:util';
import {
  addPeer,
  diffSnapshots,
  type Host,
  type Peer,
  type Snapshot,
  snapshot,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilPortsRest } from './fleet.ts';
import {
  addressOf,
  createNetwork,
  fetchUrl,
  openLab,
  restartFaucet,
  startContainer,
} from './lab.ts';
import { echoesOf, mirrored, untilMirrorReady } from './mirror.ts';
import { type NetworkStatus, networkStatus, untilNamed, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { statusOf } from './other-ports.ts';
import { hostReaches, reaches } from './reaches.ts';

const operator = operatorConfig({
  'no-ping': [rules.noPingRequest],
  'allow-all': [rules.allow],
  'out-all': [rules.allow],
});

/** Every option that there is and can stand beside the others, none with its default. */
const options = {
  'ovs.bridge.mode': 'nat',
  'ovs.bridge.dpid': '00000000decade01',
  'ovs.bridge.controller': 'tcp:127.0.0.1,tcp:127.0.0.1:6654',
  'ovs.bridge.name': 'full0',
  'ovs.bridge.vlan': '444',
  'ovs.bridge.vlan_out_acl': 'full:out-all',
  'ovs.bridge.default_acl': 'full:allow-all/no-ping',
  'ovs.bridge.nat_acl': 'no-ping,allow-all',
  'ovs.bridge.add_ports': 'to-office1/40/allow-all,to-office2///55',
  'ovs.bridge.add_copro_ports': 'to-copro1/41',
  'ovs.bridge.preallocate_ports': '7',
  'ovs.bridge.userspace': 'yes',
  'ovs.bridge.ovs_local_mac': '0E:44:0:0:0:1',
  'ovs.bridge.mtu': '1444',
  'ovs.bridge.lbport': '42',
};
const addresses = ['--subnet=10.94.0.0/16', '--ip-range=10.94.7.0/24', '--gateway=10.94.0.9'];
const labels = ['portacl=full:no-ping,allow-all', 'mac_prefix=0e:55'];

/** The same as `/networks` is to show it. */
const wanted = {
  NetworkName: 'full',
  ...{ BridgeName: 'full0', BridgeDpid: '00000000decade01', BridgeDpidUint: 0xdecade01 },
  ...{ BridgeVLAN: 444, MTU: 1444, PreAllocatePorts: 7, Mode: 'nat', Userspace: true },
  ...{ AddPorts: 'to-office1/40/allow-all,to-office2///55', AddCoproPorts: 'to-copro1/41' },
  ...{ Gateway: '10.94.0.9', GatewayMask: '16', OvsLocalMac: '0e:44:00:00:00:01' },
  ...{ NATAcl: 'no-ping,allow-all', VLANOutAcl: 'full:out-all' },
  ...{ DefaultAcl: 'no-ping/full:allow-all', Controller: 'tcp:127.0.0.1:6653,tcp:127.0.0.1:6654' },
  DynamicNetworkStates: {
    ExternalPorts: {
      'to-office1': expect.objectContaining({
        OFPort: 40,
        Acl: 'allow-all',
        Vlan: 444,
        State: 'open',
      }),
      'to-office2': expect.objectContaining({ Vlan: 55, State: 'open' }),
      'to-copro1': expect.objectContaining({ OFPort: 41, Kind: 'coprocessor', State: 'open' }),
    },
  },
};

let host: Host;
let tap: Peer;
let before: Snapshot;
let first: object;

beforeAll(async () => {
  const daemon = { args: ['--mirror_bridge_out=to-tap'] };
  host = await openLab('kept', { faucetConfig: operator, daemon });
  tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
  const internet = await addPeer(host, {
    name: 'internet',
    address: '203.0.113.1/24',
    hostAddress: '203.0.113.2/24',
    hostDefaultRoute: true,
  });
  await internet.serveHttp(80);
  // The machines at the other ends of the network's own interfaces, to-office1 and so on.
  for (const [index, name] of ['office1', 'office2', 'copro1'].entries()) {
    await addPeer(host, { name, address: `198.51.100.${index + 1}/24` });
  }
  await createNetwork(host, 'full', options, addresses);
  await untilMirrorReady(host, 'full');
  await startContainer(host, 'plain', 'full');
  await startContainer(host, 'special', 'full', [
    ...labels.map((label) => `--label=dovesnap.faucet.${label}`),
    ...mirrored('full:true'),
  ]);
  await untilRested();
  // The descriptions of ports are written when there is time.
  const areDescribed = async (): Promise<boolean> => {
    const text = await host.faucet.readConfig();
    return ['/plain ', '/special '].every((start) => text.includes(start));
  };
  await until(areDescribed, { what: 'the descriptions of both ports', interval: 50 });
  before = await snapshot(host);
  first = await shown();
});

afterAll(async () => {
  await host?.close();
});

describe('a network with every option', () => {
  test('has them in /networks', () => {
    expect(first).toMatchObject(wanted);
  });

  test('has them in the picture', async () => {
    const { body } = await host.http('http://127.0.0.1:9401/topology.svg');
    const texts = body.replaceAll('&#160;', ' ');
    for (const text of [
      ...['full', 'full0', 'nat  VLAN 444', 'dpid 0xdecade01', 'MTU 1444  userspace'],
      ...['out ACL out-all', 'gateway 10.94.0.9/16', '0e:44:00:00:00:01', 'ACL no-ping,allow-all'],
      ...['to-office1', 'to-office2', 'to-copro1', '40', '41', 'plain', 'special'],
      'VLAN 55  ACL dovesnap-allow-all',
      'VLAN 444  ACL no-ping,allow-all  mirrored',
    ]) {
      expect(texts).toContain(`>${text}</text>`);
    }
    expect(texts).toMatch(/>mirror: full0 port 42 to odsmir\w+ port \d+<\/text>/);
    for (const text of ['controller tcp:127.0.0.1:6654', '7 ports ready at least']) {
      expect(texts).toMatch(new RegExp(`xlink:title="[^"]*${text}`));
    }
  });

  test('has them in its traffic', () => expectHeld());
});

describe('nothing of it changes', () => {
  test.each([
    [
      'a new daemon',
      async () => {
        await host.daemon.kill();
        await host.daemon.start();
      },
    ],
    ['a new switch', () => host.ovs.restart()],
    ['a new Faucet', () => restartFaucet(host, 'full')],
  ])('with %s', async (_what, disturb) => {
    await disturb();
    await untilRested();
    await untilAsBefore(async () => diffSnapshots(before, await snapshot(host)), []);
    await untilAsBefore(shown, first);
    await expectHeld();
  });

  test('with a new switch that remembers nothing', async () => {
    await host.ovs.wipeDatabase({ cleanup: true });
    await untilRested();
    await untilAsBefore(shown, first);
    await expectHeld();
  });
});

/** Resolves when what is read is what it was; else the difference is in the error. */
async function untilAsBefore<T>(read: () => Promise<T>, wantedNow: T): Promise<void> {
  const isSame = async (): Promise<boolean> => isDeepStrictEqual(await read(), wantedNow);
  await until(isSame, { what: 'everything as it was', interval: 50 }).catch(async () => {
    expect(await read()).toEqual(wantedNow);
  });
}

async function untilRested(): Promise<void> {
  for (const name of ['plain', 'special']) await untilState(host, 'full', name, 'open');
  await untilPortsRest(host, 'full');
  await untilMirrorReady(host, 'full');
  for (const name of ['plain', 'special']) await untilNamed(host, 'full', name);
  await until(
    async () => {
      const { DynamicNetworkStates: ports, Notes } = await statusOf(host, 'full');
      const links = ['to-office1', 'to-office2', 'to-copro1'];
      const areOpen = links.every((name) => ports.ExternalPorts[name]?.State === 'open');
      const hasMirror = Object.keys(ports.OtherBridgePorts).length > 0;
      return areOpen && hasMirror && !Notes.some((note) => note.includes('is closed'));
    },
    { what: 'the other ports of the network', interval: 50 },
  );
}

/** What `/networks` shows, but for how many ports are ready, when an endpoint was seen first, and other bridges' numbers. */
async function shown(): Promise<object> {
  const { FreePorts, FreePlainPorts, TotalPorts, ...rest } = await status();
  return JSON.parse(JSON.stringify(rest), (key, value) =>
    ['CreatedAt', 'PeerOFPort'].includes(key) ? undefined : value,
  );
}

async function status(): Promise<NetworkStatus & Readonly<Record<string, unknown>>> {
  const found = await until(() => networkStatus(host, 'full'), { what: 'the network' });
  return { ...found };
}

/** The policy of both containers, the gateway and the mirror, as traffic tells. */
async function expectHeld(): Promise<void> {
  const [plain, special] = [
    await addressOf(host, 'plain', 'full'),
    await addressOf(host, 'special', 'full'),
  ];
  expect(plain).toMatch(/^10\.94\.7\./);
  await until(() => reaches(host, 'plain', special), { what: 'a reply' });
  expect(await reaches(host, 'special', plain)).toBe(false);
  await until(() => reaches(host, 'plain', '10.94.0.9'), { what: 'a reply of the gateway' });
  expect(await fetchUrl(host, 'special', 'http://203.0.113.1/')).toBe('203.0.113.2');
  const echoes = await echoesOf(host, tap, 'plain', special, 2);
  expect(echoes).toHaveLength(2);
  for (const text of echoes) expect(text).toContain('vlan 444, ');
  expect(await hostReaches(host, plain)).toBe(false);
}
