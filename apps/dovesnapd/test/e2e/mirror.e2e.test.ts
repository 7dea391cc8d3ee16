import {
  addPeer,
  capture,
  type Host,
  machineDatapath,
  type Peer,
  patient,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { statusEndpoints } from './fleet.ts';
import {
  addressOf,
  createNetwork,
  openLab,
  pingOnce,
  restartFaucet,
  startContainer,
} from './lab.ts';
import { copiesWhile, echoesOf, expectCopied, mirrored, untilMirrorReady } from './mirror.ts';
import { containerStatus, networkStatus } from './network-status.ts';
import { reaches } from './reaches.ts';

let host: Host;
let tap: Peer;

beforeAll(async () => {
  host = await openLab('mirror', { daemon: { args: ['--mirror_bridge_out=to-tap'] } });
  await createNetwork(host, 'lan', { 'ovs.bridge.vlan': '110' }, ['--subnet=10.80.0.0/24']);
  await createNetwork(host, 'side', { 'ovs.bridge.vlan': '120' }, ['--subnet=10.81.0.0/24']);
  await startContainer(host, 'peer', 'lan');
  await startContainer(host, 'aside', 'side');
});

afterAll(async () => {
  await host?.close();
});

describe('the interface that copies leave through', () => {
  test('is taken when it appears, and told of while it is not there', async () => {
    await untilNote('lan', 'interface to-tap of --mirror_bridge_out is not there');
    tap = await addPeer(host, {
      name: 'tap',
      address: '192.0.2.1/24',
      hostAddress: '192.0.2.2/24',
    });
    await untilMirrorReady(host, 'lan');
    const shown = (await host.run('ip', ['address', 'show', 'dev', 'to-tap'])).stdout;
    // The kernel's datapath takes what arrives there itself, so its link-local address is left alone, as on any port of it.
    expect(shown).not.toContain(machineDatapath === 'system' ? 'inet ' : 'inet');
  });
});

describe('a container with the label', () => {
  beforeAll(async () => {
    await startContainer(host, 'watched', 'lan', mirrored('true'));
  });

  test('is copied once in each direction, with the VLAN of its network', async () => {
    await expectCopied(host, tap, ['watched', 'peer'], { network: 'lan', vlan: 110 });
    expect((await containerStatus(host, 'lan', 'watched'))?.Mirrored).toBe(true);
  });

  test('leaves no port behind on which another one is copied', async () => {
    const first = await addressOf(host, 'peer', 'lan');
    const shown = await statusEndpoints(host, 'lan');
    const watched = shown.find(({ container }) => container === 'watched')?.hostLink ?? '';
    const flooded = await capture(host, watched, { filter: 'icmp' });
    const seen = await copiesWhile(
      tap,
      async () => {
        for (let run = 0; run < 12; run += 1) {
          await host.docker('run', '--rm', '--network', 'lan', 'busybox', ...pingOnce(first));
        }
      },
      () => flooded.frames.entries.length,
    );
    // A reply to whom Faucet has not learned yet goes to everybody, and is copied as what the watched one gets.
    const heard = await flooded.stop();
    const copied = seen.filter((text) => text.includes('ICMP'));
    expect(copied.filter((text) => !text.includes('echo reply'))).toEqual([]);
    expect(copied).toHaveLength(heard.length);
  });

  test('is copied on the networks that the label names', async () => {
    await host.docker(
      ...['create', '--name', 'both', '--network', 'lan', ...mirrored('side:true/lan:false')],
      ...['busybox', 'sleep', '100000'],
    );
    await host.docker('network', 'connect', 'side', 'both');
    await host.docker('start', 'both');
    await expectCopied(host, tap, ['both', 'aside'], { network: 'side', vlan: 120 });
    const peer = await addressOf(host, 'peer', 'lan');
    const seen = await copiesWhile(tap, () => reaches(host, 'both', peer));
    expect(seen.filter((text) => text.includes('ICMP'))).toEqual([]);
  });

  test('has a value that can be read', async () => {
    const said = await complaintOf(startContainer(host, 'bad', 'lan', mirrored('maybe')));
    expect(said).toMatch(/^label dovesnap\.faucet\.mirror cannot be "maybe": accepted is true or/);
  });

  test('does not have it from its image', async () => {
    await host.engine.importImage('mirrored', { 'dovesnap.faucet.mirror': 'true' });
    const create = ['create', '--network', 'lan', '--name', 'img', 'mirrored', 'true'];
    await host.docker(...create);
    const said = await host.docker('start', 'img').catch((error: { stderr?: string }) => error);
    expect(said).toMatchObject({
      stderr: expect.stringContaining('dovesnap.faucet.mirror="true" comes from the image'),
    });
  });
});

describe('copies go on', () => {
  test.each([
    [
      'a new daemon',
      async () => {
        await host.daemon.kill();
        await host.daemon.start();
      },
    ],
    ['a new switch', () => host.ovs.restart()],
    ['a new switch whose devices are new', () => host.ovs.restart({ cleanup: true })],
    ['an emptied database', () => host.ovs.wipeDatabase({ cleanup: true })],
    ['a new Faucet', () => restartFaucet(host, 'lan')],
    [
      'an interface that went and came back',
      async () => {
        await tap.close();
        await untilNote('lan', 'is not there');
        tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
      },
    ],
  ] as const)(
    'after %s',
    async (_what, disturb) => {
      await disturb();
      await untilMirrorReady(host, 'lan');
      const peer = await addressOf(host, 'peer', 'lan');
      await until(() => reaches(host, 'watched', peer), {
        what: 'the watched container’s traffic',
      });
      await until(async () => (await echoesOf(host, tap, 'watched', peer)).length === 2, {
        what: 'copies of it',
      });
      await expectCopied(host, tap, ['watched', 'peer'], { network: 'lan', vlan: 110 });
    },
    patient(60_000),
  );
});

async function untilNote(network: string, text: string): Promise<void> {
  await until(
    async () => (await networkStatus(host, network))?.Notes.some((note) => note.includes(text)),
    { what: `a note that ${text}` },
  );
}
