import { addPeer, type FaucetFlavour, type Host, type Peer } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, inContainer, openLab, pingOnce, startContainer } from './lab.ts';
import { copiesWhile, expectCopied, mirrored, untilMirrorReady } from './mirror.ts';
import { reaches } from './reaches.ts';

const where = { network: 'lan', vlan: 110 };

describe.each<{ flavour: FaucetFlavour; runs: number }>([
  { flavour: 'faucet', runs: 20 },
  { flavour: 'c65faucet', runs: 5 },
])('what is copied, under $flavour', ({ flavour, runs }) => {
  let host: Host;
  let tap: Peer;

  beforeAll(async () => {
    const daemon = { args: ['--mirror_bridge_out=to-tap'] };
    host = await openLab('copies', { daemon, flavour });
    tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
    await createNetwork(host, 'lan', { 'ovs.bridge.vlan': '110' }, ['--subnet=10.80.0.0/24']);
    await startContainer(host, 'peer', 'lan');
    await startContainer(host, 'other', 'lan');
    await startContainer(host, 'watched', 'lan', mirrored('true'));
    await startContainer(host, 'also', 'lan', mirrored('true'));
    await untilMirrorReady(host, 'lan');
  });

  afterAll(async () => {
    await host?.close();
  });

  test('is each frame once, of whoever asks first', async () => {
    await expectCopied(host, tap, ['watched', 'peer'], where);
    await expectCopied(host, tap, ['peer', 'watched'], where);
  });

  test('is nothing between those without the label', async () => {
    const seen = await copiesWhile(
      tap,
      async () => {
        expect(await reaches(host, 'peer', await addressOf(host, 'other', 'lan'))).toBe(true);
        expect(await reaches(host, 'watched', await addressOf(host, 'peer', 'lan'))).toBe(true);
      },
      2,
    );
    // What everybody is asked reaches the watched one too, and is its traffic then.
    const ours = await addressOf(host, 'watched', 'lan');
    const unicast = seen.filter((text) => !text.includes('ff:ff:ff:ff:ff:ff'));
    expect(unicast.filter((text) => !text.includes(ours))).toEqual([]);
    expect(seen.filter((text) => text.includes('ICMP'))).toHaveLength(2);
  });

  test('is twice what passes between two with it, and once what both hear with everybody', async () => {
    const also = await addressOf(host, 'also', 'lan');
    // Both know each other, so that no question comes between.
    expect(await reaches(host, 'watched', also)).toBe(true);
    const unicast = await copiesWhile(
      tap,
      async () => {
        await inContainer(host, 'watched', 'ping', '-c', '3', '-W', '1', also);
      },
      12,
    );
    const echoes = unicast.filter((text) => text.includes('ICMP echo'));
    expect(echoes.filter((text) => text.includes('request'))).toHaveLength(6);
    expect(echoes.filter((text) => text.includes('reply'))).toHaveLength(6);

    const broadcast = await copiesWhile(
      tap,
      async () => {
        await inContainer(host, 'watched', 'arping', '-c', '3', '-b', '10.80.0.99').catch(() => '');
        expect(await reaches(host, 'watched', also)).toBe(true);
      },
      4,
    );
    const questions = broadcast.filter((text) => text.includes('who-has 10.80.0.99'));
    expect(questions).toHaveLength(3);
  });

  test('is also the first packet of a container', async () => {
    const peer = await addressOf(host, 'peer', 'lan');
    let answered = 0;
    for (let run = 0; run < runs; run += 1) {
      const said = await host
        .docker(
          ...['run', '--rm', '--network', 'lan', ...mirrored('true'), 'busybox'],
          ...pingOnce(peer),
        )
        .catch((error: { stdout?: string }) => error.stdout ?? '');
      if (said.includes('1 packets received')) answered += 1;
    }
    expect(answered).toBe(runs);
  });
});
