import type { Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilAllOpen } from './fleet.ts';
import { createNetwork, engineMajor, openLab, startContainer } from './lab.ts';
import { reaches } from './reaches.ts';

/** One container on each network, by the network's mode. */
const addresses = {
  'nat-one': '10.71.0.2',
  'nat-two': '10.72.0.2',
  'routed-one': '10.73.0.2',
  'routed-two': '10.74.0.2',
} as const;
const names = Object.keys(addresses) as (keyof typeof addresses)[];
const routed = names.filter((name) => name.startsWith('routed'));

let host: Host;

beforeAll(async () => {
  host = await openLab('between');
  for (const name of names) {
    const mode = name.replace(/-.*/, '');
    const subnet = `--subnet=${addresses[name].replace(/2$/, '0/24')}`;
    await createNetwork(host, name, { 'ovs.bridge.mode': mode }, [subnet]);
    await startContainer(host, name, name, ['--restart=always', '--stop-signal=KILL']);
  }
});

afterAll(async () => {
  await host?.close();
});

/** The other networks that are reached from each one's container, once all ports are open. */
async function reached(): Promise<Readonly<Record<string, readonly string[]>>> {
  await Promise.all(names.map((name) => untilAllOpen(host, name, [name])));
  return reachedNow();
}

async function reachedNow(): Promise<Readonly<Record<string, readonly string[]>>> {
  const from = async (name: (typeof names)[number]) => {
    expect(await reaches(host, name, addresses[name].replace(/2$/, '1'))).toBe(true);
    const others = names.filter((other) => other !== name);
    const answers = await Promise.all(others.map((other) => reaches(host, name, addresses[other])));
    return [name, others.filter((_, index) => answers[index])] as const;
  };
  return Object.fromEntries(await Promise.all(names.map(from)));
}

const onlyRouted = Object.fromEntries(
  names.map((name) => [
    name,
    routed.includes(name) ? routed.filter((other) => other !== name) : [],
  ]),
);

/** Where the jumps to the administrator's rules and to our drops stand among those of FORWARD. */
async function jumps(): Promise<readonly string[]> {
  const { stdout } = await host.run('iptables', ['-S', 'FORWARD']);
  const targets = stdout.split('\n').map((line) => / -j (\S+)$/.exec(line)?.[1]);
  return targets.flatMap((target) =>
    target === 'DOCKER-USER' || target === 'DOVESNAP-DROP' ? target : [],
  );
}

describe('only routed networks of a host reach each other', () => {
  test('once they are made', async () => {
    expect(await reached()).toEqual(onlyRouted);
  });

  test('while nobody puts our jump before the one of Docker, which has made a bridge of its own', async () => {
    await host.daemon.stop();
    await host.docker('network', 'create', 'plain');
    // With the bridge engines up to 27 put their jump first; on later ones ours stays where it is.
    const docker = ['DOCKER-USER', 'DOVESNAP-DROP'];
    expect(await jumps()).toEqual((await engineMajor(host)) < 28 ? docker : docker.toReversed());
    expect(await reachedNow()).toEqual(onlyRouted);
    await host.daemon.start();
    expect(await reached()).toEqual(onlyRouted);
  });

  test('after dockerd was killed and started', async () => {
    await host.engine.kill();
    await host.engine.start();
    expect(await reached()).toEqual(onlyRouted);
  });

  test('after dockerd was stopped and started', async () => {
    await host.engine.restart();
    expect(await reached()).toEqual(onlyRouted);
  });
});
