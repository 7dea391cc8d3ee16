import { addPeer, type Host, type Peer, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, inContainer, netAdmin, openLab, startContainer } from './lab.ts';
import { copiesWhile, untilMirrorReady } from './mirror.ts';
import { type ContainerStatus, containerStatus, untilNamed, untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

const networks = ['red', 'green', 'blue'] as const;
type Network = (typeof networks)[number];
const vlans = { red: '171', green: '172', blue: '173' } as const;

// Names that nobody has are asked for outside, where nobody answers.
const quick = ['--stop-signal=KILL', '--dns-opt=timeout:1', '--dns-opt=attempts:1'];

// What the container is to have on each network: everything that a label decides differs.
const wanted = {
  red: { Acl: 'dovesnap-allow-all', Mirrored: false, State: 'open' },
  green: { Acl: 'allow-all', Mirrored: true, State: 'open', HostIP: '10.72.0.77' },
  blue: { Acl: 'deny-all', Mirrored: false, State: 'open' },
};

let host: Host;
let tap: Peer;

beforeAll(async () => {
  host = await openLab('several', { daemon: { args: ['--mirror_bridge_out=to-tap'] } });
  tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
  const options: Readonly<Record<Network, Readonly<Record<string, string>>>> = {
    red: { 'ovs.bridge.mode': 'nat' },
    green: { 'ovs.bridge.default_acl': 'deny-all' },
    blue: {},
  };
  for (const name of networks) {
    const all = { ...options[name], 'ovs.bridge.vlan': vlans[name] };
    await createNetwork(host, name, all, [`--subnet=10.7${vlans[name].at(-1)}.0.0/24`]);
    await untilMirrorReady(host, name);
  }
  await Promise.all(networks.map((name) => startContainer(host, `at-${name}`, name, quick)));
  await startContainer(host, 'web', 'red', [
    ...quick,
    ...[netAdmin, '--label=dovesnap.faucet.portacl=green:allow-all/blue:deny-all'],
    ...['--label=dovesnap.faucet.mac_prefix=0e:99', '--network-alias=shop'],
    '--label=dovesnap.faucet.mirror=green:true/blue:false',
  ]);
});

afterAll(async () => {
  await host?.close();
});

describe('a running container', () => {
  test('is connected with --ip and --alias, and has ACL, mirror and MAC prefix of its own on each network', async () => {
    const given = ['--ip=10.72.0.77', '--alias=till'];
    await host.docker('network', 'connect', ...given, 'green', 'web');
    await host.docker('network', 'connect', 'blue', 'web');
    await startContainer(host, 'friend', 'green', [
      ...quick,
      '--label=dovesnap.faucet.portacl=allow-all',
    ]);
    await expectAsWanted();
    const macs = Object.values(await statuses()).map((shown) => shown?.MacAddress);
    for (const mac of macs) expect(mac).toMatch(/^0e:99:/);
    expect(new Set(macs).size).toBe(networks.length);
  });

  test('is found by its alias on each network, and by none of another network', async () => {
    expect(await reaches(host, 'at-red', 'shop')).toBe(true);
    expect(await reaches(host, 'friend', 'till')).toBe(true);
    expect(await reaches(host, 'friend', 'shop')).toBe(false);
    expect(await reaches(host, 'at-red', 'till')).toBe(false);
  });

  test('has in /networks the name of the interface that really is on that network', async () => {
    await expectTrueNames();
  });

  test('keeps everything through a restart', async () => {
    await host.docker('restart', '--time=0', 'web');
    await expectTrueNames();
    await expectAsWanted();
    expect(await reaches(host, 'at-red', 'shop')).toBe(true);
    expect(await reaches(host, 'friend', 'till')).toBe(true);
  });

  test('keeps everything through a restart of the daemon', async () => {
    const before = await statuses();
    await host.daemon.kill();
    await host.daemon.start();
    for (const name of networks) await untilState(host, name, 'web', 'open');
    expect(await statuses()).toEqual(before);
    await expectAsWanted();
  });

  test('is disconnected from one network, and stays as it was on the others', async () => {
    const links = (await linksIn('web')).length;
    await host.docker('network', 'disconnect', 'green', 'web');
    expect(await linksIn('web')).toHaveLength(links - 1);
    const { green, ...others } = await statuses();
    expect(green).toBeUndefined();
    expect(others).toMatchObject({ red: wanted.red, blue: wanted.blue });
    expect(await reaches(host, 'web', await addressOf(host, 'at-red', 'red'))).toBe(true);
    expect(await reaches(host, 'web', await addressOf(host, 'at-blue', 'blue'))).toBe(false);
  });

  test('has its own again when it is connected again', async () => {
    await host.docker('network', 'connect', '--ip=10.72.0.77', '--alias=till', 'green', 'web');
    await expectAsWanted();
    await expectTrueNames();
    expect(await reaches(host, 'friend', 'till')).toBe(true);
  });

  test('is shown under its new name on each network after docker rename', async () => {
    await host.docker('rename', 'web', 'store');
    const renamed = (name: Network) => async () =>
      (await containerStatus(host, name, 'web')) === undefined &&
      (await containerStatus(host, name, 'store')) !== undefined;
    try {
      for (const name of networks) await until(renamed(name), { what: `the new name on ${name}` });
      expect(await reaches(host, 'at-red', 'store')).toBe(true);
    } finally {
      await host.docker('rename', 'store', 'web');
    }
    for (const name of networks) {
      await until(() => containerStatus(host, name, 'web'), { what: `the old name on ${name}` });
    }
  });

  test('keeps its ports while it is paused, and passes traffic after it', async () => {
    const before = await statuses();
    await host.docker('pause', 'web');
    try {
      expect(await reaches(host, 'at-red', await addressOf(host, 'web', 'red'))).toBe(true);
      expect(await statuses()).toEqual(before);
    } finally {
      await host.docker('unpause', 'web');
    }
    await expectAsWanted();
    expect(await statuses()).toEqual(before);
  });
});

describe('a container that has renamed its interfaces', () => {
  test('is connected to a further network, whose interface is told from the others by its index', async () => {
    await startContainer(host, 'odd', 'red', [netAdmin, '--stop-signal=KILL']);
    await rename('odd', 'eth0', 'wan');
    await host.docker('network', 'connect', 'blue', 'odd');
    await rename('odd', 'wan', 'eth7');
    await host.docker('network', 'connect', '--ip=10.72.0.88', 'green', 'odd');
    const shown = await untilNamed(host, 'green', 'odd');
    expect(await addressesIn('odd', shown.IfName)).toContain('10.72.0.88/24');
    expect(await reaches(host, 'odd', await addressOf(host, 'at-blue', 'blue'))).toBe(true);
  });

  test('is disconnected by the index as well: that port is closed, the others stay open', async () => {
    const { IfName } = await untilNamed(host, 'blue', 'odd');
    await rename('odd', IfName, 'lan');
    await host.docker('network', 'disconnect', 'blue', 'odd');
    await until(async () => (await containerStatus(host, 'blue', 'odd')) === undefined, {
      what: 'the end of the endpoint on blue',
    });
    await until(async () => !(await linksIn('odd')).includes('lan'), { what: 'the link to go' });
    expect(await containerStatus(host, 'red', 'odd')).toMatchObject({ State: 'open' });
    expect(await reaches(host, 'odd', await addressOf(host, 'at-red', 'red'))).toBe(true);
  });

  test('comes back to that network', async () => {
    await host.docker('network', 'connect', 'blue', 'odd');
    await untilState(host, 'blue', 'odd', 'open');
    expect(await reaches(host, 'odd', await addressOf(host, 'at-blue', 'blue'))).toBe(true);
  });
});

describe('a MAC given with --mac-address', () => {
  test('is the one of the first network only, and stays through a restart', async () => {
    const mac = '02:11:22:33:44:55';
    await startContainer(host, 'given', 'red', [`--mac-address=${mac}`, '--stop-signal=KILL']);
    await host.docker('network', 'connect', 'blue', 'given');
    for (const restart of [false, true]) {
      if (restart) await host.docker('restart', '--time=0', 'given');
      expect(await containerStatus(host, 'red', 'given')).toMatchObject({ MacAddress: mac });
      expect(await containerStatus(host, 'blue', 'given')).toMatchObject({
        MacAddress: expect.not.stringContaining(mac),
      });
      expect(await reaches(host, 'given', await addressOf(host, 'at-blue', 'blue'))).toBe(true);
      expect(await reaches(host, 'at-red', await addressOf(host, 'given', 'red'))).toBe(true);
    }
  });
});

async function statuses(): Promise<Readonly<Record<Network, ContainerStatus | undefined>>> {
  const [red, green, blue] = await Promise.all(
    networks.map((name) => containerStatus(host, name, 'web')),
  );
  return { red, green, blue };
}

/** ACL, mirror and address of the container on each network, in the status and in its traffic. */
async function expectAsWanted(): Promise<void> {
  expect(await statuses()).toMatchObject(wanted);
  const seen = await copiesWhile(
    tap,
    async () => {
      expect(await traffic()).toEqual({ red: true, green: true, blue: false });
    },
    2,
  );
  const echoes = seen.filter((text) => text.includes('ICMP echo'));
  expect(echoes).toHaveLength(2);
  for (const text of echoes) expect(text).toContain(`vlan ${vlans.green}, `);
  expect(seen.filter((text) => !text.includes(`vlan ${vlans.green}, `))).toEqual([]);
}

/** Whether pings from the container are answered on each network. */
async function traffic(): Promise<Readonly<Record<Network, boolean>>> {
  const to = { red: 'at-red', green: 'friend', blue: 'at-blue' };
  const [red = false, green = false, blue = false] = await Promise.all(
    networks.map(async (name) => reaches(host, 'web', await addressOf(host, to[name], name))),
  );
  return { red, green, blue };
}

/** Each name that `/networks` gives belongs to the interface with the address and MAC of that network. */
async function expectTrueNames(): Promise<void> {
  for (const name of networks) {
    const { IfName, MacAddress, HostIP } = await untilNamed(host, name, 'web');
    expect(await addressesIn('web', IfName)).toContain(`${HostIP}/24`);
    const mac = await inContainer(host, 'web', 'cat', `/sys/class/net/${IfName}/address`);
    expect(mac).toBe(MacAddress);
  }
}

function addressesIn(container: string, link: string): Promise<string> {
  return inContainer(host, container, 'ip', 'address', 'show', 'dev', link);
}

async function linksIn(container: string): Promise<readonly string[]> {
  return (await inContainer(host, container, 'ls', '/sys/class/net')).split('\n');
}

async function rename(container: string, from: string, to: string): Promise<void> {
  const script =
    'set -e; routes=$(ip route show dev "$1"); ip link set "$1" down; ip link set "$1" name "$2"; ip link set "$2" up; echo "$routes" | grep default | while read r; do ip route add $r dev "$2"; done';
  await inContainer(host, container, 'sh', '-c', script, 'sh', from, to);
}
