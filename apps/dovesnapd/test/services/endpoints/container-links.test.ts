import { type Link, type LinkNews, NetnsError } from '@dovesnap/netns';
import { describe, expect, test } from 'vitest';
import type { Parts } from '../../../src/services/core/parts.ts';
import { containerLinks } from '../../../src/services/endpoints/container-links.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

const container = { id: 'c'.repeat(64), name: 'web', labels: {} };

describe('the name of a container’s interface', () => {
  test('is found by its index', async () => {
    const { network, learn } = bed(async () => [
      link({ name: 'eth0', ifindex: 8 }),
      link({ name: 'eth1', ifindex: 7, up: true, mac: '02:00:0a:09:00:02' }),
    ]);
    await learn();
    expect([...network.ports.values()][0]?.endpoint?.containerLink).toBe('eth1');
  });

  test('is told by the news of it, without a look', async () => {
    const { endpoint, hear, learn, looks } = bed(async () => []);
    const seen = { up: false, mac: '02:00:0a:09:00:02', master: undefined, peerIfindex: 3 };
    await hear({ link: 'odcaaaaaaa0001a', ifindex: 7, namespaceId: 5, seen });
    await hear({
      link: 'other',
      ifindex: 9,
      namespaceId: 5,
      seen: { ...seen, up: true, mac: 'x' },
    });
    await hear({
      link: 'far',
      ifindex: 9,
      namespaceId: 6,
      seen: { ...seen, up: true, peerIfindex: 4 },
    });
    await hear({ link: 'here', ifindex: 9, namespaceId: undefined, seen: { ...seen, up: true } });
    expect(endpoint.containerLink).toBeUndefined();
    await hear({ link: 'eth1', ifindex: 7, namespaceId: 5, seen: { ...seen, up: true } });
    expect(endpoint.containerLink).toBe('eth1');
    await learn();
    expect(looks()).toBe(0);
  });

  test('is not looked for when the news tells it before Docker has told the process', async () => {
    const { endpoint, hear, learn, looks, pid } = bed(async () => []);
    let start = (_pid: number): void => undefined;
    pid.of = new Promise((resolve) => {
      start = resolve;
    });
    const learning = learn();
    const seen = { up: true, mac: '02:00:0a:09:00:02', master: undefined, peerIfindex: 3 };
    await hear({ link: 'eth1', ifindex: 7, namespaceId: 5, seen });
    start(4711);
    await learning;
    expect([endpoint.containerLink, looks()]).toEqual(['eth1', 0]);
  });

  test('is left alone, which is a debug line, when the container has ended meanwhile', async () => {
    const { network, log, learn } = bed(async () => {
      throw new NetnsError('NAMESPACE_GONE', 'links could not be read: nsenter: cannot open');
    });
    await learn();
    expect([...network.ports.values()][0]?.endpoint?.containerLink).toBeUndefined();
    expect(log.lines).toEqual([
      {
        level: 'debug',
        message: 'the container ended before its interfaces could be checked',
        fields: { container: container.id },
      },
    ]);
  });

  test('is not found for any other reason, which is an error', async () => {
    const { learn } = bed(async () => {
      throw new NetnsError('NOT_PERMITTED', 'links could not be read: Permission denied');
    });
    await expect(learn()).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
  });
});

test('a link of which only what is wanted is heard is not looked at', async () => {
  const { links, hear, looks } = bed(async () => [
    link({ name: 'eth0', ifindex: 7, up: true, mac: '02:00:0a:09:00:02' }),
  ]);
  await links.learn(container.id);
  const before = looks();
  const seen = { up: true, mac: '02:00:0a:09:00:02', master: undefined, peerIfindex: 3 };
  const its = { link: 'eth0', ifindex: 7, namespaceId: 5 };
  const hosts = { link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined };
  await hear({ ...its, seen });
  await hear({ ...hosts, seen });
  await hear({ ...hosts, seen: { ...seen, master: 'ovs-system' } });
  expect(looks()).toBe(before);
  const others: readonly LinkNews[] = [
    its,
    { ...its, seen: { ...seen, up: false } },
    { ...its, seen: { ...seen, mac: '02:00:00:00:00:01' } },
    { ...its, link: 'lan0', seen },
    { ...hosts, seen: { ...seen, up: false } },
    { ...hosts, seen: { ...seen, master: 'br0' } },
  ];
  for (const [index, news] of others.entries()) {
    await hear(news);
    expect(looks()).toBe(before + index + 1);
  }
});

test('a link that goes down because its container leaves is not looked at', async () => {
  const { links, port, endpoint, hear, looks } = bed(async () => []);
  await links.learn(container.id);
  const before = looks();
  endpoint.containerLink = 'eth0';
  const hearing = hear({ link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined });
  Object.assign(port, { phase: 'left' });
  await hearing;
  expect(looks()).toBe(before);
});

describe('the link of a container, when something is heard of it', () => {
  const inside = { name: 'eth0', ifindex: 7, up: true, mac: '02:00:0a:09:00:02' };
  const lost =
    'the container has lost eth0: the link was deleted; start the container again to get another';

  test('is looked at again, and what is wrong is said once, and when it is over', async () => {
    const { endpoint, log, links, ends, hear } = bed(async () => [link(inside)]);
    await links.learn(container.id);
    ends.host = undefined;
    await hear({ link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined });
    await hear({ link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined });
    expect(endpoint.trouble).toEqual({ what: lost.slice('the container '.length), isCut: true });
    ends.host = hostEnd;
    await hear({ link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined });
    expect(endpoint.trouble).toBeUndefined();
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', lost],
      ['info', "the container's link works again"],
    ]);
  });

  test('is not said to be wrong for what was so only for a moment', async () => {
    let reads = 0;
    const { endpoint, log, learn, ends, hear } = bed(async () => {
      reads += 1;
      // Set up again after the first look.
      if (reads === 3) ends.host = hostEnd;
      return [link(inside)];
    });
    await learn();
    ends.host = { ...hostEnd, up: false };
    await hear({ link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined });
    expect(reads).toBe(3);
    expect(endpoint.trouble).toBeUndefined();
    expect(log.lines).toEqual([]);
  });

  test('is looked at when the container’s end is what was heard of', async () => {
    const found = [link(inside)];
    const { endpoint, links, hear } = bed(async () => found);
    await links.learn(container.id);
    found[0] = link({ ...inside, name: 'lan0' });
    await hear({ link: 'lan0', ifindex: 7, namespaceId: 5 });
    expect(endpoint).toMatchObject({ containerLink: 'lan0', trouble: undefined });
    found[0] = link({ ...inside, name: 'lan0', up: false });
    await hear({ link: 'lan0', ifindex: 7, namespaceId: 6 });
    expect(endpoint.trouble).toBeUndefined();
    await hear({ link: 'lan0', ifindex: 7, namespaceId: 5 });
    expect(endpoint.trouble?.what).toBe('has taken lan0 down');
  });

  test('is left alone when it is that of a container that has left, or is about to start', async () => {
    const { endpoint, port, links, ends, hear } = bed(async () => [link(inside)]);
    ends.host = undefined;
    await hear({ link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined });
    ends.host = hostEnd;
    await links.learn(container.id);
    Object.assign(port, { phase: 'left' });
    ends.host = undefined;
    await hear({ link: 'odsaaaaaaa0001a', ifindex: 3, namespaceId: undefined });
    expect(endpoint.trouble).toBeUndefined();
  });
});

const hostEnd = link({
  name: 'odsaaaaaaa0001a',
  ifindex: 3,
  peerIfindex: 7,
  peerNamespaceId: 5,
  up: true,
});

function link(given: Partial<Link>): Link {
  return given as Link;
}

function bed(inside: () => Promise<readonly Link[]>) {
  const network = sampleNetwork();
  const endpoint = sampleEndpoint({ container, containerLink: undefined });
  const port = addPort(network, 1, { endpoint, hostLink: 'odsaaaaaaa0001a' });
  const bare = bareParts();
  const { clock, log } = bare;
  const ends: { host: Link | undefined } = { host: hostEnd };
  let looks = 0;
  const pid = { of: Promise.resolve(4711) };
  const interfaces = [{ ifindex: 3 }];
  const ports = [{ name: 'odsaaaaaaa0001a', interfaces }];
  const parts = {
    ...bare,
    docker: { containerPid: () => pid.of },
    host: { link: async () => ends.host },
    inside: () => ({
      links: () => {
        looks += 1;
        return inside();
      },
    }),
    ovs: {
      commit: async () => undefined,
      state: () => ({ bridges: [{ name: network.spec.bridge, ports }] }),
    },
  } as unknown as Parts;
  const links = containerLinks(parts, { all: () => [network] });
  return {
    ...{ network, endpoint, port, log, links, ends },
    ...{ looks: () => looks, pid },
    learn: () => links.learn(container.id),
    hear: async (news: LinkNews) => {
      links.heard(news);
      await clock.advance(300);
      await clock.advance(300);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
