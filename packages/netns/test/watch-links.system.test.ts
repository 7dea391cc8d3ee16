import { openNamespace, type TestNamespace } from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addVeth, type Netns, netns, removeLink, setLink } from '../src/index.ts';

let space: TestNamespace;
let other: TestNamespace;
let here: Netns;
let there: Netns;

beforeEach(async () => {
  [space, other] = await Promise.all([openNamespace(), openNamespace()]);
  here = netns({ path: space.path });
  there = netns({ pid: other.pid });
});

afterEach(async () => {
  await Promise.all([space.close(), other.close()]);
});

test('reports links that come, change and go until the signal fires', async () => {
  const controller = new AbortController();
  const seen = new Set<string>();
  const watching = (async () => {
    for await (const { link } of here.changes({ signal: controller.signal })) {
      seen.add(link);
      if (link === 'late0') controller.abort();
    }
  })();
  // ip monitor says nothing when it listens: changes are made until one is seen.
  for (let round = 0; !controller.signal.aborted; round += 1) {
    await here.apply([addVeth('late0', 'late1'), removeLink('late0')]);
    if (round > 500) expect.fail('no change was reported');
  }
  await watching;
  expect(seen).toContain('late0');
});

test('reports links of the namespaces that links lead to, under the number of the namespace', async () => {
  await here.apply([addVeth('v0', 'v1'), setLink('v1', { netns: there.target })]);
  const host = await here.link('v0');
  const [inside] = (await there.links()).filter(({ name }) => name === 'v1');
  const controller = new AbortController();
  const { signal } = controller;
  const watching = (async () => {
    for await (const news of here.changes({ signal, everywhere: true })) {
      if (news.link !== 'inside0') continue;
      controller.abort();
      return news;
    }
    return undefined;
  })();
  for (let round = 0; !signal.aborted; round += 1) {
    await there.apply([setLink('v1', { name: 'inside0' })]);
    await there.apply([setLink('inside0', { name: 'v1' })]);
    if (round > 500) expect.fail('no change was reported');
  }
  expect(await watching).toEqual({
    link: 'inside0',
    ifindex: host?.peerIfindex,
    namespaceId: host?.peerNamespaceId,
    seen: { up: false, mac: inside?.mac, master: undefined, peerIfindex: host?.ifindex },
  });
});

test('ends the watch with an error when the namespace is gone', async () => {
  const watch = netns({ path: '/no/such/namespace' }).changes({
    signal: new AbortController().signal,
  });
  await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'NAMESPACE_GONE',
  });
});
