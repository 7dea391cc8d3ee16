import {
  addPeer,
  type Host,
  listenRaw,
  pythonInside,
  type RawFrame,
  sendRaw,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { denyAll, macsOf } from './denied.ts';
import { type StatusEndpoint, statusEndpoints, untilPortsRest } from './fleet.ts';
import { markOf, type NamedFrame, type Stations } from './frames/frame.ts';
import { type PageRow, pageRows, places } from './frames/frames-page.ts';
import { ipFrames } from './frames/ip-frames.ts';
import { ipv6Frames } from './frames/ipv6-frames.ts';
import { linkFrames, oddFrames } from './frames/link-frames.ts';
import { addressOf, createNetwork, gatewayOf, openLab, startContainer } from './lab.ts';
import { mirrored, untilMirrorReady } from './mirror.ts';
import { reaches } from './reaches.ts';
import { decidedOn, untilDecided } from './switch-flows.ts';

const frames: readonly NamedFrame[] = [...ipFrames, ...ipv6Frames, ...linkFrames, ...oddFrames];
const vlan = 100;

let host: Host;
let bridge: string;
/** By container; none of them moves. */
let ports: ReadonlyMap<string, StatusEndpoint>;

beforeAll(async () => {
  host = await openLab('frames', { daemon: { args: ['--mirror_bridge_out=to-tap'] } });
  await addPeer(host, { name: 'tap', address: '10.97.1.1/24' });
  await createNetwork(host, 'guarded', { 'ovs.bridge.mode': 'nat', 'ovs.bridge.vlan': `${vlan}` });
  bridge = (await host.ovs.vsctl('list-br')).split('\n').find((name) => /^odsbr/.test(name)) ?? '';
  await startContainer(host, 'neighbour', 'guarded');
  for (const [name, flags] of [
    ['denied', denyAll],
    ['talker', []],
  ] as const) {
    await startContainer(host, name, 'guarded', [...flags, ...mirrored('true'), ...pythonInside]);
  }
  await untilMirrorReady(host, 'guarded');
  await untilPortsRest(host, 'guarded');
  const shown = await statusEndpoints(host, 'guarded');
  ports = new Map(shown.map((endpoint) => [endpoint.container ?? '', endpoint]));
  await untilLearned();
});

afterAll(async () => {
  await host?.close();
});

test('the page lists every frame that is tried, and no other', async () => {
  const rows = await pageRows();
  expect(rows.map(({ name }) => name)).toEqual(frames.map(({ name }) => name));
});

test('what a container under a deny-all ACL sends is seen where the page says: nowhere', async () => {
  const seen = await seenFrom('denied');
  expect(Object.values(seen).flat()).toEqual([]);
  expect(seen).toEqual(byName(await pageRows(), 'denied'));
});

test('what a container without one sends is seen where the page says', async () => {
  const seen = await seenFrom('talker');
  expect(seen['from a MAC that nobody has']).toContain('Faucet');
  // Whether Faucet is sent a frame depends on what it has learned by then.
  const others = Object.entries(seen).map(([name, all]) => [
    name,
    all.filter((place) => place !== 'Faucet'),
  ]);
  expect(Object.fromEntries(others)).toEqual(byName(await pageRows(), 'allowed'));
});

test('without the seal on its link the host would hear all of it', async () => {
  // It would put them back.
  await host.daemon.stop();
  await host.run('nft', ['delete', 'table', 'netdev', 'dovesnap']);
  const heard = Object.entries(await seenFrom('denied')).filter(([, all]) => all.includes('host'));
  expect(heard.length).toBeGreaterThan(frames.length * 0.9);
});

/** Where each frame is seen that a container sends. */
async function seenFrom(container: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const { hostLink, ofPort } = ports.get(container) ?? expect.fail(`${container} has no port`);
  const at = await stations(container, hostLink);
  const built = frames.map(({ build }, index) => build(at, markOf(index)));
  const protocols = [...new Set(built.flatMap(protocolsOf))];
  const before = await decidedOn(host, bridge, ofPort);
  const [tap, stack] = [await listenRaw(host), await listenRaw(host, protocols)];
  const refused = await sendRaw(host, container, built);
  expect([...refused].map(([index, why]) => `${frames[index]?.name}: ${why}`)).toEqual([
    'jumbo of 9000 octets: EMSGSIZE',
  ]);
  await untilDecided(host, bridge, ofPort, { before, count: built.length - refused.size });
  const neighbour = ports.get('neighbour')?.hostLink;
  const [sighted, heard] = [await tap.stop(), await stack.stop()];
  const heardAt: Readonly<Record<string, readonly RawFrame[]>> = {
    neighbour: sighted.filter((item) => item.link === neighbour && item.direction === 'out'),
    gateway: sighted.filter((item) => item.link === bridge && item.direction === 'in'),
    host: heard.filter((item) => item.link === hostLink && item.direction === 'in'),
    mirror: sighted.filter((item) => item.link === 'to-tap' && item.direction === 'out'),
    Faucet: sighted.filter((item) => item.link === 'lo'),
  };
  const pairs = frames.map(({ name, knownBy }, index) => {
    const mark = knownBy?.(at) ?? markOf(index);
    const isSeen = ({ octets }: RawFrame): boolean =>
      octets.includes(mark) || untagged(octets).includes(mark);
    return [name, places.filter((place) => heardAt[place]?.some(isSeen))] as const;
  });
  return Object.fromEntries(pairs);
}

/** As which protocols Linux may know a frame: 0x0004 is one with a length, VLAN tags are taken off one by one. */
function protocolsOf(octets: string): readonly number[] {
  const type = Number.parseInt(octets.slice(24, 28), 16);
  if (type < 0x600) return [0x0001, 0x0004];
  return type === 0x8100 || type === 0x88a8 ? [type, ...protocolsOf(untagged(octets))] : [type];
}

function untagged(octets: string): string {
  return /^.{24}(8100|88a8)/.test(octets) ? octets.slice(0, 24) + octets.slice(32) : octets;
}

async function stations(container: string, hostLink: string): Promise<Stations> {
  const macs = await macsOf(host, 'guarded');
  const station = async (name: string, ip6: string) => ({
    ...{ mac: macs.get(name) ?? '', ip: await addressOf(host, name, 'guarded'), ip6 },
  });
  return {
    self: await station(container, 'fe80::2'),
    neighbour: await station('neighbour', 'fe80::3'),
    gateway: {
      ...{ mac: await macOf(bridge), ip: await gatewayOf(host, 'guarded'), ip6: 'fe80::1' },
    },
    hostEnd: await macOf(hostLink),
    vlan,
  };
}

/** Resolves when the switch knows where neighbour and gateway are: then what is for them goes to nobody else. */
async function untilLearned(): Promise<void> {
  const gateway = await gatewayOf(host, 'guarded');
  const macs = [await macOf(bridge), (await macsOf(host, 'guarded')).get('neighbour') ?? ''];
  await until(
    async () => {
      await reaches(host, 'neighbour', gateway);
      const flows = await host.ovs.ofctl('dump-flows', bridge);
      return macs.every((mac) => flows.includes(`dl_dst=${mac} `));
    },
    { what: 'flows for neighbour and gateway' },
  );
}

async function macOf(link: string): Promise<string> {
  const { stdout } = await host.run('ip', ['-json', 'link', 'show', 'dev', link]);
  return (JSON.parse(stdout) as readonly { readonly address: string }[])[0]?.address ?? '';
}

function byName(
  rows: readonly PageRow[],
  key: 'denied' | 'allowed',
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(rows.map((row) => [row.name, row[key]]));
}
