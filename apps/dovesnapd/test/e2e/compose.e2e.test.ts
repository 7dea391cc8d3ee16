import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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
import { addressOf, createNetwork, inContainer, openLab } from './lab.ts';
import { copiesWhile, untilMirrorReady } from './mirror.ts';
import { containerStatus, networkStatus, untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

const file = '/run/shop/docker-compose.yml';
const services = ['web', 'app', 'db'] as const;
type Service = (typeof services)[number];
/** Docker's names of the networks: one as Compose makes it up, one as the file says. */
const front = 'shop_front';
const back = 'stock';

/** A shop as somebody would write it: each service on both networks, each with a policy of its own on each. */
const shop = (webAcl: string): string => `version: '3.7'
services:
  web:
    image: busybox
    command: sleep 100000
    stop_signal: SIGKILL
    labels:
      dovesnap.faucet.portacl: shop_front:${webAcl}/stock:deny-all
      dovesnap.faucet.mirror: shop_front:true
      dovesnap.faucet.mac_prefix: '0e:01'
    networks:
      front: {ipv4_address: 10.74.0.10, aliases: [till]}
      back: {ipv4_address: 10.75.0.10}
  app:
    image: busybox
    command: sleep 100000
    stop_signal: SIGKILL
    labels:
      - dovesnap.faucet.portacl=shop_front:deny-all/stock:allow-all
      - dovesnap.faucet.mac_prefix=0e02
    networks:
      front: {}
      back: {ipv4_address: 10.75.0.20, aliases: [stock-keeper]}
  db:
    image: busybox
    command: sleep 100000
    stop_signal: SIGKILL
    labels:
      - dovesnap.faucet.portacl=stock:allow-all
      - dovesnap.faucet.mirror=stock:true
    networks: [front, back]
networks:
  front:
    driver: dovesnap
    driver_opts:
      ovs.bridge.mode: nat
      ovs.bridge.vlan: 181
    ipam: {config: [{subnet: 10.74.0.0/24}]}
  back:
    name: stock
    driver: dovesnap
    internal: true
    driver_opts:
      ovs.bridge.vlan: '182'
      ovs.bridge.default_acl: deny-all
    ipam: {config: [{subnet: 10.75.0.0/24}]}
`;

let host: Host;
let tap: Peer;
let before: Snapshot;
/** What Compose puts between the parts of a container's name: `_` before version 2, else `-`. */
let separator: string;

beforeAll(async () => {
  host = await openLab('compose', { daemon: { args: ['--mirror_bridge_out=to-tap'] } });
  const { stdout: version } = await host.run('/usr/bin/docker-compose', ['version', '--short']);
  separator = /^v?1\./.test(version) ? '_' : '-';
  tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
  // The mirror, which is the daemon's as long as it runs, is there when a network has nothing to say about it.
  await createNetwork(host, 'first');
  await untilMirrorReady(host, 'first');
  await host.docker('network', 'rm', 'first');
  before = await snapshot(host);
  await mkdir(dirname(host.path(file)));
  await writeFile(host.path(file), shop('allow-all'));
  await compose('up', '--detach');
  for (const network of [front, back]) await untilMirrorReady(host, network);
});

afterAll(async () => {
  await host?.close();
});

describe('docker-compose up', () => {
  test('gives each service its own ACL, mirror and MAC prefix on each network, and its address', async () => {
    await expectShop();
    expect(await addressOf(host, nameOf('web'), front)).toBe('10.74.0.10');
    expect(await addressOf(host, nameOf('web'), back)).toBe('10.75.0.10');
    expect(await addressOf(host, nameOf('app'), back)).toBe('10.75.0.20');
  });

  test('lets services find each other by name and alias', async () => {
    for (const name of ['web', 'till']) {
      expect(await reaches(host, nameOf('db'), name)).toBe(true);
    }
    expect(await reaches(host, nameOf('db'), 'stock-keeper')).toBe(true);
  });

  test('makes its networks with the options of the file', async () => {
    expect(await networkStatus(host, front)).toMatchObject({ Mode: 'nat', BridgeVLAN: 181 });
    expect(await networkStatus(host, back)).toMatchObject({
      ...{ Mode: 'flat', BridgeVLAN: 182, DefaultAcl: 'deny-all' },
    });
    expect(await inContainer(host, nameOf('app'), 'ip', 'route')).toContain(
      'default via 10.74.0.1',
    );
  });

  test('changes nothing when it is run again', async () => {
    const running = await idOf('web');
    await compose('up', '--detach');
    expect(await idOf('web')).toBe(running);
  });
});

describe('docker-compose', () => {
  test.each(['restart', 'pause'])('%s of a service leaves it as it was', async (what) => {
    await compose(what, 'web');
    if (what === 'pause') await compose('unpause', 'web');
    await expectShop();
  });

  test('up --force-recreate gives new containers what the old ones had', async () => {
    const old = await idOf('app');
    await compose('up', '--detach', '--force-recreate');
    expect(await idOf('app')).not.toBe(old);
    await expectShop();
  });

  test('up after a change of the file gives that service its new policy', async () => {
    await writeFile(host.path(file), shop('deny-all'));
    await compose('up', '--detach');
    expect(await acls('web')).toEqual(['deny-all', 'deny-all']);
    expect(await reaches(host, nameOf('web'), '10.74.0.1')).toBe(false);
  });

  test('up with a policy that nobody has defined fails with the sentence of the driver', async () => {
    await writeFile(host.path(file), shop('alow-all'));
    await expect(compose('up', '--detach')).rejects.toMatchObject({
      stderr: expect.stringMatching(/names ACL \\?"alow-all\\?", which is not in/),
    });
    await writeFile(host.path(file), shop('allow-all'));
    await compose('up', '--detach');
    await expectShop();
  });

  test('up --scale gives each of them a port with the policy of the service', async () => {
    await compose('up', '--detach', '--scale', 'db=4');
    for (const number of [1, 2, 3, 4]) {
      expect(await acls('db', number)).toEqual(['dovesnap-allow-all', 'allow-all']);
      expect(await reaches(host, nameOf('db', number), '10.75.0.20')).toBe(true);
    }
    await compose('up', '--detach', '--scale', 'db=1');
    const numbers = [2, 3, 4].map((number) => containerStatus(host, front, nameOf('db', number)));
    expect(await Promise.all(numbers)).toEqual([undefined, undefined, undefined]);
    await expectShop();
  });

  test('down leaves nothing behind', async () => {
    await compose('down');
    const isClean = async (): Promise<boolean> => {
      const left = diffSnapshots(before, await snapshot(host));
      if (left.length > 0) throw new Error(left.join('\n'));
      return true;
    };
    await until(isClean, { what: 'a host as it was' });
    expect(await host.daemon.status('/networks')).toEqual({});
  });
});

/** Runs the distribution's docker-compose in the host. */
async function compose(...args: readonly string[]): Promise<void> {
  await host.run('env', [
    ...['DOCKER_HOST=unix:///run/docker.sock', '/usr/bin/docker-compose'],
    ...['--project-name=shop', `--file=${file}`, ...args],
  ]);
}

/** Docker's name of a container of a service. */
function nameOf(service: Service, number = 1): string {
  return ['shop', service, number].join(separator);
}

function idOf(service: Service): Promise<string> {
  return host.docker('inspect', '--format', '{{.Id}}', nameOf(service));
}

/** The ACLs of a service on both networks, once its ports are open. */
async function acls(service: Service, number?: number): Promise<readonly string[]> {
  const open = [front, back].map((name) => untilState(host, name, nameOf(service, number), 'open'));
  return (await Promise.all(open)).map(({ Acl }) => Acl);
}

/** The policy of the file, as the status shows it and as traffic and its copies tell. */
async function expectShop(): Promise<void> {
  const mac = (start: string) => expect.stringMatching(new RegExp(`^${start}:`));
  const wanted = {
    [front]: {
      web: { Acl: 'allow-all', Mirrored: true, MacAddress: mac('0e:01') },
      app: { Acl: 'deny-all', Mirrored: false, MacAddress: mac('0e:02') },
      db: { Acl: 'dovesnap-allow-all', Mirrored: false, MacAddress: mac('02:..') },
    },
    [back]: {
      web: { Acl: 'deny-all', Mirrored: false, MacAddress: mac('0e:01') },
      app: { Acl: 'allow-all', Mirrored: false, MacAddress: mac('0e:02') },
      db: { Acl: 'allow-all', Mirrored: true, MacAddress: mac('02:..') },
    },
  };
  for (const [network, byService] of Object.entries(wanted)) {
    for (const service of services) {
      const shown = await untilState(host, network, nameOf(service), 'open');
      expect(shown).toMatchObject(byService[service]);
    }
  }
  expect(await pings(front)).toEqual(['db>web', 'web>db']);
  expect(await pings(back)).toEqual(['app>db', 'db>app']);
  await expectCopies(front, 'db', 'web', 181);
  await expectCopies(back, 'app', 'db', 182);
}

/** Who is answered by whom on a network. */
async function pings(network: string): Promise<readonly string[]> {
  const pairs = services.flatMap((from) =>
    services.filter((to) => to !== from).map((to) => ({ from, to })),
  );
  const tried = pairs.map(async ({ from, to }) => {
    const address = await addressOf(host, nameOf(to), network);
    return (await reaches(host, nameOf(from), address)) ? [`${from}>${to}`] : [];
  });
  return (await Promise.all(tried)).flat().sort();
}

/** One ping between two services is copied once in each direction, with the VLAN of the network. */
async function expectCopies(
  network: string,
  from: Service,
  to: Service,
  vlan: number,
): Promise<void> {
  const address = await addressOf(host, nameOf(to), network);
  const seen = await copiesWhile(tap, () => reaches(host, nameOf(from), address), 2);
  const echoes = seen.filter((text) => text.includes('ICMP echo'));
  expect(echoes).toHaveLength(2);
  for (const text of echoes) expect(text).toContain(`vlan ${vlan}, `);
}
