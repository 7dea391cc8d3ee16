import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { dockerEndpoints, statusEndpoints } from './fleet.ts';
import { addressOf, createNetwork, inContainer, openLab, startContainer } from './lab.ts';
import { containerStatus } from './network-status.ts';
import { reaches } from './reaches.ts';

const prefix = (value: string): string => `--label=dovesnap.faucet.mac_prefix=${value}`;

let host: Host;

beforeAll(async () => {
  host = await openLab('mac');
  await createNetwork(host, 'lan', {}, ['--subnet=10.61.0.0/24']);
  await createNetwork(host, 'second', {}, ['--subnet=10.62.0.0/24']);
  await startContainer(host, 'peer', 'lan');
});

afterAll(async () => {
  await host?.close();
});

describe('mac_prefix', () => {
  test('replaces the first bytes of the MAC, in the container and in the status', async () => {
    await startContainer(host, 'web', 'lan', [prefix('0e:99')]);
    expect(await macOf('web')).toMatch(/^0e:99:0a:3d:00:/);
    expect((await containerStatus(host, 'lan', 'web'))?.MacAddress).toBe(await macOf('web'));
    expect(await reaches(host, 'peer', await addressOf(host, 'web', 'lan'))).toBe(true);
  });

  test('takes one to five bytes, with colons or without', async () => {
    await Promise.all([
      startContainer(host, 'short', 'lan', [prefix('0e')]),
      startContainer(host, 'long', 'lan', [prefix('0e99aabbcc')]),
    ]);
    expect(await macOf('short')).toMatch(/^0e:..:0a:3d:00:/);
    expect(await macOf('long')).toMatch(/^0e:99:aa:bb:cc:/);
  });

  test('leaves containers without the label alone, also those that start meanwhile', async () => {
    const names = ['plain', 'prefixed'];
    const flags = [[], [prefix('0e:98')]];
    await Promise.all(names.map((name, at) => startContainer(host, name, 'lan', flags[at])));
    expect(await macOf('plain')).toMatch(/^02:..:0a:3d:00:/);
    expect(await macOf('prefixed')).toMatch(/^0e:98:0a:3d:00:/);
  });

  test('holds on each network, also on one that the container is connected to later', async () => {
    await host.docker('network', 'connect', 'second', 'web');
    expect(await macOf('web', 'eth1')).toMatch(/^0e:99:0a:3e:00:/);
    await host.docker('network', 'disconnect', 'second', 'web');
    await host.docker('network', 'connect', 'second', 'web');
    const address = await addressOf(host, 'web', 'second');
    await startContainer(host, 'other', 'second');
    expect(await reaches(host, 'other', address)).toBe(true);
  });

  test('holds when the container is started again', async () => {
    await host.docker('restart', '--time=0', 'web');
    expect(await macOf('web')).toMatch(/^0e:99:0a:3d:00:/);
  });

  test('does not change a MAC given with --mac-address, and the log says so', async () => {
    const given = '0e:11:22:33:44:55';
    await startContainer(host, 'given', 'lan', [prefix('0e:99'), `--mac-address=${given}`]);
    expect(await macOf('given')).toBe(given);
    await host.daemon.waitForLog(
      ({ msg, container }) =>
        container === 'given' && `${msg}`.includes('given with --mac-address'),
    );
  });

  test('keeps a container that asks for a group address out', async () => {
    await expect(startContainer(host, 'group', 'lan', [prefix('01:00')])).rejects.toMatchObject({
      stderr: expect.stringContaining('label dovesnap.faucet.mac_prefix cannot be "01:00"'),
    });
  });

  test('is refused from an image', async () => {
    const file = 'FROM busybox\nLABEL dovesnap.faucet.mac_prefix=0e:97\n';
    await host.run('docker', ['build', '--tag', 'labelled', '-'], { input: file });
    const start = host.docker('run', '--rm', '--network', 'lan', 'labelled', 'true');
    await expect(start).rejects.toMatchObject({
      stderr: expect.stringContaining('comes from the image, which is not trusted with policy'),
    });
  });
});

describe('an address that is used again under another MAC', () => {
  test('is reached at once by a peer that knew the old one', async () => {
    await startContainer(host, 'first', 'lan', ['--ip=10.61.0.77']);
    expect(await reaches(host, 'peer', '10.61.0.77')).toBe(true);
    await host.docker('rm', '--force', 'first');
    await startContainer(host, 'next', 'lan', ['--ip=10.61.0.77', prefix('0e:42')]);
    expect(await reaches(host, 'peer', '10.61.0.77')).toBe(true);
    const neighbours = await inContainer(host, 'peer', 'cat', '/proc/net/arp');
    expect(neighbours).toMatch(/^10\.61\.0\.77 .* 0e:42:0a:3d:00:4d /m);
  });
});

describe('a MAC that two containers ask for', () => {
  const mac = '0e:00:00:00:00:77';
  const given = [`--mac-address=${mac}`];
  const refusal = (who: string, holder: string): string =>
    `container ${who} cannot have MAC ${mac} on network lan: container ${holder} has it`;

  test('is refused to the second with the name of the first, which goes on', async () => {
    await startContainer(host, 'holder', 'lan', given);
    expect(await complaintOf(startContainer(host, 'rival', 'lan', given))).toBe(
      refusal('rival', 'holder'),
    );
    expect(await reaches(host, 'peer', await addressOf(host, 'holder', 'lan'))).toBe(true);
  });

  test('stays that of a container that is restarted, and may be on another network', async () => {
    await host.docker('restart', '--time=0', 'holder');
    expect(await macOf('holder')).toBe(mac);
    await startContainer(host, 'elsewhere', 'second', given);
    await host.docker('network', 'connect', 'second', 'holder');
    expect(await macOf('elsewhere')).toBe(mac);
  });

  test('is free when its container was removed', async () => {
    await host.docker('rm', '--force', 'holder');
    await host.docker('start', 'rival');
    expect(await macOf('rival')).toBe(mac);
    await host.docker('rm', '--force', 'rival');
  });

  test('is that of one when both are started at once', async () => {
    const names = ['both-1', 'both-2'];
    const made = names.map((name) => startContainer(host, name, 'lan', given));
    const outcomes = await Promise.allSettled(made);
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    const [winner = '', loser = ''] = won === 0 ? names : names.toReversed();
    expect(await complaintOf(made[won === 0 ? 1 : 0] ?? Promise.resolve())).toBe(
      refusal(loser, winner),
    );
    expect(await reaches(host, 'peer', await addressOf(host, winner, 'lan'))).toBe(true);
  });
});

describe('containers that Docker starts while it boots', () => {
  test('get their prefix, and those without one the MAC of their address', async () => {
    const flags = (address: string) => ['--restart=always', `--ip=${address}`];
    await startContainer(host, 'boots', 'lan', [...flags('10.61.0.81'), prefix('0e:55')]);
    await startContainer(host, 'bootstoo', 'lan', flags('10.61.0.82'));
    const before = await Promise.all(['boots', 'bootstoo'].map((name) => macOf(name)));
    await host.engine.kill();
    await host.engine.start();
    await until(() => areOpen(['boots', 'bootstoo']), { what: 'the ports of both containers' });
    expect(await Promise.all(['boots', 'bootstoo'].map((name) => macOf(name)))).toEqual(before);
  });
});

/** Whether the ports of the endpoints that Docker has now are open; the status may show those of before as well. */
async function areOpen(names: readonly string[]): Promise<boolean> {
  const [shown, listed] = await Promise.all([
    statusEndpoints(host, 'lan'),
    dockerEndpoints(host, 'lan'),
  ]);
  return names.every((name) => {
    const current = listed.find(({ container }) => container === name)?.endpointId;
    return shown.some(({ endpointId, state }) => endpointId === current && state === 'open');
  });
}

function macOf(container: string, link = 'eth0'): Promise<string> {
  return inContainer(host, container, 'cat', `/sys/class/net/${link}/address`);
}
