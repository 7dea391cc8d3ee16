import {
  addPeer,
  type Host,
  listenRaw,
  pythonInside,
  type RawFrame,
  rawSender,
  sendRaw,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { denyAll, macsOf } from './denied.ts';
import { type StatusEndpoint, statusEndpoints, untilPortsRest } from './fleet.ts';
import { inBandFrames, marker, remoteController } from './in-band-frames.ts';
import { createNetwork, openLab, startContainer } from './lab.ts';
import { mirrored, untilMirrorReady } from './mirror.ts';
import { decidedOn, hiddenFlows, untilDecided } from './switch-flows.ts';

const controllers = `tcp:127.0.0.1:6653,tcp:127.0.0.1:6654,tcp:${remoteController.address}:${remoteController.port}`;

let host: Host;
let bridge: string;
let targets: readonly string[];

beforeAll(async () => {
  host = await openLab('inband', { daemon: { args: ['--mirror_bridge_out=to-tap'] } });
  const lan = await addPeer(host, { name: 'lan', address: '10.95.0.50/24' });
  await addPeer(host, { name: 'tap', address: '10.95.1.1/24' });
  await createNetwork(
    host,
    'guarded',
    {
      ...{ 'ovs.bridge.mode': 'nat', 'ovs.bridge.controller': controllers },
      'ovs.bridge.add_ports': 'to-lan/20',
    },
    ['--subnet=10.95.0.0/24'],
  );
  await startContainer(host, 'denied', 'guarded', [
    ...denyAll,
    ...mirrored('true'),
    ...pythonInside,
  ]);
  await startContainer(host, 'peer', 'guarded', denyAll);
  await untilMirrorReady(host, 'guarded');
  await untilPortsRest(host, 'guarded');
  const bridges = await list('list-br');
  bridge = bridges.find((name) => name.startsWith('odsbr')) ?? '';
  targets = [
    (await macsOf(host, 'guarded')).get('peer') ?? '',
    linkMac(await host.run('ip', ['-json', 'link', 'show', 'dev', bridge])),
    linkMac(await lan.run('ip', ['-json', 'link', 'show', 'dev', 'eth0'])),
  ];
});

afterAll(async () => {
  await host?.close();
});

describe('frames that in-band control would forward', () => {
  test('reach nobody from a container under a deny-all ACL with Docker’s default capabilities', async () => {
    expect(await passedFrom('denied')).toEqual([]);
  });

  test('reach others from a container that may send', async () => {
    await startContainer(host, 'talker', 'guarded', pythonInside);
    const links = (await passedFrom('talker')).map((frame) => frame.link);
    const { hostLink } = await portOf('peer');
    // `lo`: what the switch sends Faucet.
    expect(links).toEqual(expect.arrayContaining([hostLink, bridge, 'to-lan', 'lo']));
  });

  test('are below no flow that only the switch knows', async () => {
    expect(await hidden()).toEqual([]);
  });
});

describe('in-band control that somebody turns on', () => {
  const lost = [['remove', 'bridge', 'BRIDGE', 'other_config', 'disable-in-band']];
  test.each<[string, readonly (readonly string[])[]]>([
    ['for the bridge', lost],
    ['for its controllers', [['set', 'controller', 'CONTROLLER', 'connection_mode=in-band']]],
    ['for both', [...lost, ['set', 'controller', 'CONTROLLER', 'connection_mode=in-band']]],
    [
      'for a controller beside them',
      [
        ...lost,
        ['--id=@c', 'create', 'controller', 'target="tcp:192.0.2.8:6653"'],
        ['add', 'bridge', 'BRIDGE', 'controller', '@c'],
      ],
    ],
    ['for a manager', [...lost, ['set-manager', 'tcp:192.0.2.7:6640']]],
    [
      'for a manager, on every bridge',
      [...lost, ['remove', 'bridge', 'MIRROR', 'other_config', 'disable-in-band']],
    ],
  ])('%s is off again', async (_what, commands) => {
    await host.ovs.vsctl(...(await joined(commands)));
    await until(isOff, { what: 'bridges without in-band control', interval: 50 });
    // The database says so before the switch has done it.
    await until(async () => (await hidden()).length === 0, { what: 'an end of its flows' });
    expect(await passedFrom('denied')).toEqual([]);
  });
});

describe('bridges that were made with in-band control', () => {
  test('lose it before a port of theirs opens', async () => {
    await host.daemon.stop();
    for (const name of await list('list-br')) {
      await host.ovs.vsctl('remove', 'bridge', name, 'other_config', 'disable-in-band');
    }
    for (const uuid of await list('--bare', '--columns=_uuid', 'list', 'controller')) {
      await host.ovs.vsctl('clear', 'controller', uuid, 'connection_mode');
    }
    await until(async () => (await hidden()).length > 0, { what: 'flows of in-band control' });
    const heard = await listenRaw(host);
    await host.daemon.start();
    const frames = inBandFrames('0e:00:00:00:00:99', targets[0] ?? '', targets[1] ?? '');
    const script = 'echo "$FRAMES" | "$@"; exec sleep 100000';
    await host.docker(
      ...['run', '--detach', '--name', 'early', '--network', 'guarded', ...denyAll],
      ...[...pythonInside, '--env', `FRAMES=${frames.join('\n')}`],
      ...['busybox', 'sh', '-c', script, 'sh', ...(await rawSender())],
    );
    const { hostLink: own, ofPort } = await portOf('early');
    await untilDecided(host, bridge, ofPort, { before: 0, count: frames.length });
    const seen = (await heard.stop()).filter((frame) => frame.octets.includes(marker));
    expect(seen.filter((frame) => frame.link === own)).toHaveLength(frames.length);
    expect(seen.filter((frame) => frame.link !== own)).toEqual([]);
    expect(await hidden()).toEqual([]);
    expect(await isOff()).toBe(true);
  });
});

/** Lets a container send to everybody; answers the frames that are anywhere but on its own link. */
async function passedFrom(container: string): Promise<readonly RawFrame[]> {
  const { hostLink: own, ofPort } = await portOf(container);
  const from = (await macsOf(host, 'guarded')).get(container) ?? '';
  const frames = targets.flatMap((to) => inBandFrames(from, to, targets[1] ?? ''));
  const before = await decidedOn(host, bridge, ofPort);
  const heard = await listenRaw(host);
  expect(await sendRaw(host, container, frames)).toEqual(new Map());
  await untilDecided(host, bridge, ofPort, { before, count: frames.length });
  const seen = (await heard.stop()).filter((frame) => frame.octets.includes(marker));
  expect(seen.filter((frame) => frame.link === own)).toHaveLength(frames.length);
  return seen.filter((frame) => frame.link !== own);
}

/** Flows of any bridge that the switch has and that no controller made: they do not show up in OpenFlow. */
async function hidden(): Promise<readonly string[]> {
  const bridges = await list('list-br');
  return (await Promise.all(bridges.map((name) => hiddenFlows(host, name)))).flat();
}

/** Whether the database says of each bridge and controller that they are out of band. */
async function isOff(): Promise<boolean> {
  const flags = await list('--bare', '--columns=other_config', 'list', 'bridge');
  const modes = await list('--bare', '--columns=connection_mode', 'list', 'controller');
  return (
    flags.length === 2 &&
    flags.every((line) => line.includes('disable-in-band=true')) &&
    modes.every((mode) => mode === 'out-of-band')
  );
}

/** Commands for one ovs-vsctl, with our bridges and controllers in them. */
async function joined(commands: readonly (readonly string[])[]): Promise<readonly string[]> {
  const mirror = (await list('list-br')).find((name) => name !== bridge) ?? '';
  const uuids = await list('--bare', '--columns=_uuid', 'list', 'controller');
  const all = commands.flatMap((command) =>
    command.includes('CONTROLLER')
      ? uuids.map((uuid) => command.map((word) => (word === 'CONTROLLER' ? uuid : word)))
      : [command],
  );
  const names: Readonly<Record<string, string>> = { BRIDGE: bridge, MIRROR: mirror };
  return all.flatMap((command) => ['--', ...command.map((word) => names[word] ?? word)]);
}

async function list(...args: readonly string[]): Promise<readonly string[]> {
  const lines = (await host.ovs.vsctl(...args)).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function linkMac({ stdout }: { readonly stdout: string }): string {
  return (JSON.parse(stdout) as readonly { readonly address: string }[])[0]?.address ?? '';
}

async function portOf(container: string): Promise<StatusEndpoint> {
  const found = (await statusEndpoints(host, 'guarded')).find(
    (item) => item.container === container,
  );
  if (found === undefined) throw new Error(`${container} has no port`);
  return found;
}
