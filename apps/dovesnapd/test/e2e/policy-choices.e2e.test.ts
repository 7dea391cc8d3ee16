import { addPeer, type Host, type Peer, until } from '@dovesnap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { untilPortsRest } from './fleet.ts';
import {
  addressOf,
  createNetwork,
  gatewayOf,
  inContainer,
  openLab,
  startContainer,
} from './lab.ts';
import { echoesOf, untilMirrorReady } from './mirror.ts';
import { containerStatus, networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { hostReaches, reaches } from './reaches.ts';

/** `no-ping` alone drops everything: what none of its rules allows is dropped. */
const operator = operatorConfig({
  'no-ping': [rules.noPingRequest],
  'allow-all': [rules.allow],
  'deny-all': [rules.deny],
});
const mirrorOut = '--mirror_bridge_out=to-tap';

let host: Host;
let tap: Peer;

beforeAll(async () => {
  host = await openLab('choices', { faucetConfig: operator, daemon: { args: [mirrorOut] } });
  tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
  // One text for all networks, as somebody would have it who makes them in a loop.
  const choice = { 'ovs.bridge.default_acl': 'quiet:no-ping,allow-all/shut:deny-all' };
  for (const name of ['quiet', 'shut', 'free']) {
    await createNetwork(host, name, { ...choice, 'ovs.bridge.mode': 'nat' });
    await startServer(`at-${name}`, name, ['--label=dovesnap.faucet.portacl=allow-all']);
    await untilMirrorReady(host, name);
  }
});

afterAll(async () => {
  await host?.close();
});

describe('a comma list of ACLs', () => {
  test('holds in full and in its order, as the default of a network', async () => {
    await startContainer(host, 'plain', 'quiet');
    expect(await passed('plain', 'quiet')).toEqual(['http']);
    expect(await aclOf('plain', 'quiet')).toBe('no-ping,allow-all');
  });

  test.each([
    ['no-ping,allow-all', ['http']],
    ['no-ping , allow-all', ['http']],
    ['allow-all,no-ping', ['ping', 'http']],
    ['no-ping,deny-all', []],
    ['no-ping', []],
    ['free:no-ping,allow-all/deny-all', ['http']],
  ])('holds in full and in its order, as the label %s', async (acl, wanted) => {
    await startContainer(host, 'one', 'free', [`--label=dovesnap.faucet.portacl=${acl}`]);
    const found = await passed('one', 'free').finally(() => host.docker('rm', '--force', 'one'));
    expect(found).toEqual(wanted);
  });

  test('holds at the gateway', async () => {
    const options = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'no-ping,allow-all' };
    await createNetwork(host, 'gated', options);
    await startServer('at-gated', 'gated');
    const address = await addressOf(host, 'at-gated', 'gated');
    expect(await reaches(host, 'at-gated', await gatewayOf(host, 'gated'))).toBe(true);
    expect(
      (await host.run('busybox', ['wget', '-q', '-O', '-', `http://${address}/`])).stdout,
    ).toBe('at-gated\n');
    expect(await hostReaches(host, address)).toBe(false);
  });
});

describe('a choice for each network', () => {
  test('gives a network that the option does not name everything, and another its own', async () => {
    await startContainer(host, 'shut-in', 'shut');
    expect(await passed('shut-in', 'shut')).toEqual([]);
    await startContainer(host, 'freed', 'free');
    expect(await passed('freed', 'free')).toEqual(['ping', 'http']);
  });

  test('is on the ports that are kept ready from the first one on', async () => {
    const choice = { 'ovs.bridge.default_acl': 'begun:no-ping,allow-all/deny-all' };
    await createNetwork(host, 'begun', choice);
    await untilPortsRest(host, 'begun');
    expect(await networkStatus(host, 'begun')).toMatchObject({
      ...{ TotalPorts: 8, FreePorts: 8, FreePlainPorts: 8 },
    });
  });

  test('holds on each network of a container, and leaves the others to their default', async () => {
    const label = '--label=dovesnap.faucet.portacl=shut:no-ping,allow-all/free:deny-all';
    await startContainer(host, 'everywhere', 'shut', [label]);
    for (const name of ['free', 'quiet'])
      await host.docker('network', 'connect', name, 'everywhere');
    for (const restarted of [false, true]) {
      if (restarted) await host.docker('restart', '--time=0', 'everywhere');
      expect(await passed('everywhere', 'shut')).toEqual(['http']);
      expect(await passed('everywhere', 'free')).toEqual([]);
      expect(await passed('everywhere', 'quiet')).toEqual(['http']);
      expect(await aclOf('everywhere', 'quiet')).toBe('no-ping,allow-all');
    }
  });

  test('is kept through a restart of the daemon', async () => {
    await restartDaemon({ args: [mirrorOut] });
    for (const name of ['shut', 'free', 'quiet'])
      await untilState(host, name, 'everywhere', 'open');
    await startContainer(host, 'late', 'quiet');
    expect(await passed('late', 'quiet')).toEqual(['http']);
    expect(await networkStatus(host, 'quiet')).toMatchObject({
      DefaultAcl: 'quiet:no-ping,allow-all/shut:deny-all',
    });
  });
});

describe('labels that come from the image', () => {
  const labels = {
    'dovesnap.faucet.portacl': 'no-ping,allow-all',
    'dovesnap.faucet.mirror': 'free:true',
    'dovesnap.faucet.mac_prefix': '0e:77',
  };
  const run = (name: string, image: string, ...flags: readonly string[]): Promise<string> =>
    host.docker(
      ...['run', '--detach', '--name', name, '--network', 'free', ...flags],
      ...[image, 'sleep', '100000'],
    );

  beforeAll(async () => {
    for (const [key, value] of Object.entries(labels)) {
      await host.engine.importImage(imageOf(key), { [key]: value });
    }
    await host.engine.importImage('all-labels', labels);
  });

  afterEach(async () => {
    for (const name of ['untrusted', 'trusted']) {
      await host.docker('rm', '--force', name).catch(() => '');
    }
  });

  test.each(Object.entries(labels))('are not trusted: %s', async (key, value) => {
    const said = `label ${key}="${value}" comes from the image, which is not trusted with policy: start dovesnapd with --trust_image_labels, or give the label another value at run time`;
    expect(await complaintOf(run('untrusted', imageOf(key)))).toBe(said);
    await host.docker('rm', 'untrusted');
    // The same value at run time cannot be told from the image's.
    expect(await complaintOf(run('untrusted', imageOf(key), `--label=${key}=${value}`))).toBe(said);
    await host.docker('rm', 'untrusted');
    expect(await containerStatus(host, 'free', 'untrusted')).toBeUndefined();
  });

  test('give way to other values at run time, also to empty ones', async () => {
    const empty = Object.keys(labels).map((key) => `--label=${key}=`);
    await run('emptied', 'all-labels', ...empty);
    expect(await containerStatus(host, 'free', 'emptied')).toMatchObject({
      ...{ Acl: 'dovesnap-allow-all', Mirrored: false },
      MacAddress: expect.not.stringMatching(/^0e:77:/),
    });
    expect(await passed('emptied', 'free')).toEqual(['ping', 'http']);
  });

  test.each([
    ['the flag', { args: [mirrorOut, '--trust_image_labels'] }],
    ['the environment', { args: [mirrorOut], env: { DOVESNAP_TRUST_IMAGE_LABELS: 'true' } }],
  ])('are taken when %s says so', async (_what, options) => {
    await restartDaemon(options);
    await untilMirrorReady(host, 'free');
    await run('trusted', 'all-labels');
    expect(await untilState(host, 'free', 'trusted', 'open')).toMatchObject({
      ...{ Acl: 'no-ping,allow-all', Mirrored: true },
      MacAddress: expect.stringMatching(/^0e:77:/),
    });
    expect(await passed('trusted', 'free')).toEqual(['http']);
    const address = await addressOf(host, 'trusted', 'free');
    // What is asked of it is copied; its answer, which passes, too.
    expect(await echoesOf(host, tap, 'at-free', address, 2)).toHaveLength(2);
  });

  test('of a container that runs stay as they are under a daemon that trusts no images', async () => {
    await run('trusted', 'all-labels');
    await restartDaemon({ args: [mirrorOut] });
    await untilState(host, 'free', 'trusted', 'open');
    expect(await passed('trusted', 'free')).toEqual(['http']);
    await host.docker('stop', '--time=0', 'trusted');
    await expect(host.docker('start', 'trusted')).rejects.toMatchObject({
      stderr: expect.stringContaining('comes from the image, which is not trusted with policy'),
    });
  });
});

function imageOf(label: string): string {
  return `with-${label.split('.').at(-1)?.replace('_', '-')}`;
}

/** Starts a container that serves its own host name over HTTP. */
async function startServer(
  name: string,
  network: string,
  flags: readonly string[] = [],
): Promise<void> {
  await startContainer(host, name, network, ['--hostname', name, ...flags]);
  const script = 'mkdir /www && hostname > /www/index.html && httpd -h /www';
  await inContainer(host, name, 'sh', '-c', script);
}

/** What of a ping and a page of the network's server a container gets. */
async function passed(container: string, network: string): Promise<readonly string[]> {
  const address = await addressOf(host, `at-${network}`, network);
  const url = `http://${address}/`;
  const ping = await reaches(host, container, address);
  const get = ['timeout', '5', 'wget', '-q', '-O', '-', url];
  const page = await inContainer(host, container, ...get).catch(() => '');
  return [...(ping ? ['ping'] : []), ...(page === `at-${network}` ? ['http'] : [])];
}

async function aclOf(container: string, network: string): Promise<string | undefined> {
  return (await containerStatus(host, network, container))?.Acl;
}

async function restartDaemon(options: Parameters<Host['daemon']['start']>[0]): Promise<void> {
  await host.daemon.kill();
  await host.daemon.start(options);
  await until(async () => (await networkStatus(host, 'free')) !== undefined, {
    what: 'the networks',
  });
}
