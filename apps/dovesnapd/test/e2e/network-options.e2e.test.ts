import { addPeer, capture, type Host, type Peer, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KNOWN_OPTIONS } from '../../src/domain/options-table.ts';
import { complaintOf } from './complaint.ts';
import { fleetNames, startFleet, statusEndpoints, untilAllOpen } from './fleet.ts';
import { addressOf, createNetwork, fetchUrl, inContainer, openLab, startContainer } from './lab.ts';
import { type NetworkStatus, networkStatus } from './network-status.ts';
import { reaches } from './reaches.ts';

let host: Host;
let internet: Peer;

beforeAll(async () => {
  host = await openLab('options');
  internet = await addPeer(host, {
    name: 'internet',
    address: '203.0.113.1/24',
    hostAddress: '203.0.113.2/24',
    hostDefaultRoute: true,
    returnRoute: true,
  });
  await internet.serveHttp(80);
});

afterAll(async () => {
  await host?.close();
});

describe('mtu', () => {
  test.each([
    ['small', 'ovs.bridge.mtu', 1280],
    ['dockers', 'com.docker.network.driver.mtu', 1340],
    ['jumbo', 'ovs.bridge.mtu', 9000],
  ])('is that of bridge, both ends of the link and the container: %s', async (name, key, mtu) => {
    await createNetwork(host, name, { [key]: `${mtu}` });
    await startFleet(host, [`${name}-1`, `${name}-2`], name);
    await expectMtu(name, mtu);
    const [link = ''] = (await statusEndpoints(host, name)).map(({ hostLink }) => hostLink);
    const seen = await capture(host, link, { filter: 'icmp' });
    const address = await addressOf(host, `${name}-2`, name);
    await inContainer(host, `${name}-1`, 'ping', '-c', '1', '-s', `${mtu - 28}`, address);
    // An Ethernet header of 14 bytes stands before the packet, which is not in pieces.
    expect((await seen.stop()).map(({ length }) => length)).toEqual([mtu + 14, mtu + 14]);
  });

  test('stays through restarts of the container, the daemon and the switch', async () => {
    await host.docker('restart', '--time=0', 'small-1', 'jumbo-1');
    await restartDaemon();
    await host.ovs.restart({ cleanup: true });
    for (const [name, mtu] of [
      ['small', 1280],
      ['jumbo', 9000],
    ] as const) {
      await untilAllOpen(host, name, [`${name}-1`, `${name}-2`]);
      await until(() => expectMtu(name, mtu).then(() => true), { what: `an MTU of ${mtu}` });
    }
  });

  test('is that of the smallest way out of the host when none is given, at most 1500', async () => {
    await createNetwork(host, 'roomy');
    expect(await shown('roomy')).toMatchObject({ MTU: 1500 });
    const second = await addPeer(host, {
      name: 'tunnel',
      address: '198.51.100.1/24',
      hostAddress: '198.51.100.2/24',
    });
    const { hostLink } = second;
    await host.run('ip', ['link', 'set', hostLink, 'mtu', '1380']);
    await createNetwork(host, 'aside');
    expect(await shown('aside')).toMatchObject({ MTU: 1500 });
    await host.run('ip', ['route', 'add', 'default', 'via', second.address, 'metric', '900']);
    await createNetwork(host, 'narrow');
    await startContainer(host, 'narrow-1', 'narrow');
    await expectMtu('narrow', 1380);
    await second.close();
  });

  test('of a network that is there does not follow the host’s ways out', async () => {
    await restartDaemon();
    await startContainer(host, 'narrow-2', 'narrow');
    await untilAllOpen(host, 'narrow', ['narrow-1', 'narrow-2']);
    await expectMtu('narrow', 1380);
  });
});

describe('preallocate_ports', () => {
  const names = fleetNames('busy', 14);

  test('is how many ports are free at least, however many are in use', async () => {
    await createNetwork(host, 'ahead', { 'ovs.bridge.preallocate_ports': '12' });
    await untilFree('ahead', 12);
    await startFleet(host, names, 'ahead');
    await untilFree('ahead', 12);
    const shown = await networkStatus(host, 'ahead');
    expect(shown).toMatchObject({ PreAllocatePorts: 12 });
    expect(
      (await host.ovs.vsctl('list-ports', shown?.BridgeName ?? '')).split('\n').length,
    ).toBeGreaterThan(26);
  });

  test('holds after a restart of the daemon, too', async () => {
    await restartDaemon();
    await untilAllOpen(host, 'ahead', names);
    await untilFree('ahead', 12);
  });

  test('is no upper bound: with 0 there are free ports all the same', async () => {
    await createNetwork(host, 'lazy', { 'ovs.bridge.preallocate_ports': '0' });
    await untilFree('lazy', 4);
  });
});

describe('userspace=false', () => {
  test('is refused with the reason where the kernel has no datapath', async () => {
    // Nothing that the kernel has is to be seen in this folder then.
    await host.run('mount', ['-t', 'tmpfs', 'tmpfs', '/sys/module']);
    const made = createNetwork(host, 'kernel', { 'ovs.bridge.userspace': 'false' });
    const said = complaintOf(made).finally(() => host.run('umount', ['--lazy', '/sys/module']));
    expect(await said).toBe(
      'option ovs.bridge.userspace cannot be false here: the kernel has no openvswitch datapath',
    );
  });
});

describe('controller', () => {
  const forward = `import socket, sys, threading
def pump(a, b):
    while data := a.recv(65536): b.sendall(data)
    b.close()
def serve(listener):
    while True:
        near = listener.accept()[0]
        far = socket.create_connection(("127.0.0.1", 6653))
        for pair in ((near, far), (far, near)): threading.Thread(target=pump, args=pair).start()
local = socket.socket(socket.AF_UNIX); local.bind("/run/openvswitch/faucet.sock"); local.listen()
six = socket.create_server(("::1", 6653), family=socket.AF_INET6)
threading.Thread(target=serve, args=(local,)).start()
print("ready", flush=True)
serve(six)`;

  beforeAll(async () => {
    const forwarder = await host.spawn('python3', ['-c', forward]);
    await forwarder.output.waitFor(({ text }) => text === 'ready');
  });

  test.each([
    ['port', 'tcp:127.0.0.1', ['tcp:127.0.0.1:6653']],
    ['list', 'tcp:127.0.0.1, tcp:127.0.0.1:6654', ['tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654']],
    ['six', 'tcp:[::1]', ['tcp:[::1]:6653']],
    ['socket', 'unix:/var/run/openvswitch/faucet.sock', ['unix:/var/run/openvswitch/faucet.sock']],
    ['several', 'tcp:[::1]:6653,ssl:192.0.2.9', ['tcp:[::1]:6653', 'ssl:192.0.2.9:6653']],
  ])('%s: %s programs the network', async (name, value, targets) => {
    const network = `by-${name}`;
    await createNetwork(host, network, { 'ovs.bridge.controller': value });
    const names = [`${network}-1`, `${network}-2`];
    await startFleet(host, names, network);
    expect(
      await reaches(host, names[0] ?? '', await addressOf(host, names[1] ?? '', network)),
    ).toBe(true);
    const shown = await networkStatus(host, network);
    expect(shown).toMatchObject({ Controller: targets.join() });
    const set = (await host.ovs.vsctl('get-controller', shown?.BridgeName ?? ''))
      .trim()
      .split('\n');
    expect(set.sort()).toEqual([...targets].sort());
  });
});

describe('enable_ip_masquerade=false', () => {
  test('makes a nat network a routed one', async () => {
    const options = {
      'ovs.bridge.mode': 'nat',
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
    };
    await createNetwork(host, 'plain', options, ['--subnet=10.91.0.0/24']);
    await createNetwork(host, 'natted', { 'ovs.bridge.mode': 'nat' });
    for (const name of ['plain', 'natted']) await startContainer(host, `${name}-1`, name);
    expect(await networkStatus(host, 'plain')).toMatchObject({ Mode: 'routed' });
    const url = `http://${internet.address}/`;
    expect(await fetchUrl(host, 'plain-1', url)).toBe(await addressOf(host, 'plain-1', 'plain'));
    expect(await fetchUrl(host, 'natted-1', url)).toBe('203.0.113.2');
  });
});

describe('ovs_local_mac', () => {
  test.each([
    ['0e:00:00:00:00:01', '0e:00:00:00:00:01'],
    ['0E:AB:00:00:00:02', '0e:ab:00:00:00:02'],
    ['e:0:0:0:0:3', '0e:00:00:00:00:03'],
    ['0x0e:0X0:00:00:00:4', '0e:00:00:00:00:04'],
    ['00e:000:0:0:0:005', '0e:00:00:00:00:05'],
    ['0e-00-00-00-00-06', undefined],
    ['0e0000000007', undefined],
    ['0e00.0000.0008', undefined],
    ['0e:00:00:00:00', undefined],
    ['100:0:0:0:0:9', undefined],
  ])('%s is taken when ip link takes it', async (text, mac) => {
    await host.run('ip', ['link', 'add', 'probe', 'type', 'veth', 'peer', 'name', 'probe-end']);
    const taken = await host.run('ip', ['link', 'set', 'probe', 'address', text]).then(
      () => host.run('cat', ['/sys/class/net/probe/address']),
      () => undefined,
    );
    await host.run('ip', ['link', 'delete', 'probe']);
    expect(taken?.stdout.trim()).toBe(mac);
    const made = createNetwork(host, 'addressed', { 'ovs.bridge.ovs_local_mac': text });
    if (mac === undefined) {
      expect(await complaintOf(made)).toContain(
        `option ovs.bridge.ovs_local_mac cannot be "${text}"`,
      );
      return;
    }
    await made;
    const found = await shown('addressed');
    await host.docker('network', 'rm', 'addressed');
    expect(found).toMatchObject({ OvsLocalMac: mac });
  });
});

describe('lbport', () => {
  test('that no port can have is refused while nothing is mirrored, too', async () => {
    const made = createNetwork(host, 'unmirrored', { 'ovs.bridge.lbport': '70000' });
    expect(await complaintOf(made)).toBe(
      'option ovs.bridge.lbport cannot be "70000": accepted is a whole number from 1 to 4092',
    );
  });

  test('that no port can have keeps a network of before off the mirror, and that is said', async () => {
    await createNetwork(host, 'unmirrored', { 'ovs.bridge.lbport': '42' });
    await startFleet(host, ['u-1', 'u-2'], 'unmirrored');
    const { BridgeName } = await shown('unmirrored');
    const { start, kill } = host.daemon;
    await kill();
    const request = 'external_ids:dovesnap.request';
    const before = (await host.ovs.vsctl('get', 'Bridge', BridgeName, request)).trim();
    const changed = before.replace('"42\\"', '"70000\\"');
    expect(changed).not.toBe(before);
    await host.ovs.vsctl('set', 'Bridge', BridgeName, `${request}=${changed}`);
    await start({ args: ['--mirror_bridge_out=to-nowhere'] });
    const notes = async () => (await shown('unmirrored')).Notes;
    const said =
      'nothing is mirrored: ovs.bridge.lbport is 70000, and the link to the mirror needs a whole number from 1 to 4092';
    await until(async () => (await notes()).includes(said), { what: 'a note about the mirror' });
    await kill();
    await start({ args: [] });
    await until(async () => !(await notes()).includes(said), { what: 'an end of the note' });
    await untilAllOpen(host, 'unmirrored', ['u-1', 'u-2']);
  });
});

describe('options', () => {
  test('that are all there and empty make the network that none make', async () => {
    await createNetwork(host, 'empty', Object.fromEntries(KNOWN_OPTIONS.map((key) => [key, ''])));
    await createNetwork(host, 'bare');
    expect(await shape('empty')).toEqual(await shape('bare'));
  });
});

/** A network as `/networks` shows it, once Docker has told its name. */
function shown(network: string): Promise<NetworkStatus> {
  return until(() => networkStatus(host, network), { what: `the name of ${network}` });
}

/** The MTU of a network as every device of it has it. */
async function expectMtu(network: string, mtu: number): Promise<void> {
  const shown = await networkStatus(host, network);
  expect(shown).toMatchObject({ MTU: mtu });
  const endpoints = await statusEndpoints(host, network);
  const files = [shown?.BridgeName ?? '', ...endpoints.map(({ hostLink }) => hostLink)];
  for (const link of files) {
    expect((await host.run('cat', [`/sys/class/net/${link}/mtu`])).stdout.trim()).toBe(`${mtu}`);
  }
  for (const { container } of endpoints) {
    expect(await inContainer(host, container, 'cat', '/sys/class/net/eth0/mtu')).toBe(`${mtu}`);
  }
}

async function untilFree(network: string, count: number): Promise<void> {
  await until(async () => Number((await networkStatus(host, network))?.FreePlainPorts) >= count, {
    what: `${count} free ports on ${network}`,
  });
}

/** What `/networks` shows of a network, without what is its own. */
async function shape(network: string): Promise<object> {
  const own = ['NetworkName', 'NetworkId', 'BridgeName', 'BridgeDpid', 'BridgeDpidUint', 'Gateway'];
  const counts = ['FreePorts', 'FreePlainPorts', 'TotalPorts'];
  const fields = Object.entries(await shown(network));
  return Object.fromEntries(fields.filter(([key]) => ![...own, ...counts].includes(key)));
}

async function restartDaemon(): Promise<void> {
  await host.daemon.kill();
  await host.daemon.start();
}
