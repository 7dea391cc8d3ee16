import { openNamespace, type TestNamespace } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addAddress,
  addRoute,
  addVeth,
  type Change,
  netns,
  removeLink,
  removeRoute,
  setLink,
} from '../src/index.ts';
import { type Inside, openInside } from './ways.ts';

let space: TestNamespace;
let inside: Inside;

beforeEach(async () => {
  space = await openNamespace();
  inside = openInside(space);
  await inside.here.apply([addVeth('v0', 'v1'), setLink('v0', { up: true })]);
});

afterEach(async () => {
  await inside.here.close();
  await space.close();
});

describe('a name', () => {
  it('is that of the link that has it now, when another program has renamed the one before', async () => {
    await inside.here.apply([addAddress('v0', '10.9.0.1/24')]);
    await space.run('ip', ['link', 'set', 'dev', 'v0', 'name', 'old0']);
    await space.run('ip', ['link', 'set', 'dev', 'v1', 'name', 'v0']);
    await inside.here.apply([addAddress('v0', '10.9.0.2/24')]);
    const addresses = (await inside.here.link('v0'))?.addresses.map(({ address }) => address);
    expect(addresses).toEqual(['10.9.0.2']);
  });

  it.each<Change>([
    addAddress('v0', '10.9.0.2/24'),
    setLink('v0', { up: true }),
    addVeth('v0', 'v1', { mac: '02:00:00:00:00:07' }),
    addRoute({ destination: '10.5.0.0/24', link: 'v0' }),
  ])(
    'is found again when another program has removed and added the link: $kind',
    async (change) => {
      const route = { destination: '10.5.0.0/24', link: 'v0' };
      await inside.here.apply([addAddress('v0', '10.9.0.1/24'), addRoute(route)]);
      await inside.here.apply([removeRoute(route)]);
      await space.run('ip', ['link', 'del', 'dev', 'v0']);
      await space.run('ip', ['link', 'add', 'v0', 'type', 'veth', 'peer', 'v1']);
      await space.run('ip', ['link', 'set', 'dev', 'v0', 'up']);
      await inside.here.apply([change]);
      expect(inside.ran.filter((command) => command.includes('batch'))).toEqual([]);
    },
  );
});

describe('a link that is to be made with a name', () => {
  const fresh = [addVeth('w0', 'w1', { mtu: 1400 }), setLink('w0', { up: true })];

  it.each([false, true])(
    'takes the place of one that may have it, without a program: %s',
    async (isThere) => {
      if (isThere) await inside.here.apply([addVeth('w0', 'w1'), setLink('w0', { alias: 'old' })]);
      const before = await inside.here.link('w0');
      await inside.here.apply([removeLink('w0'), ...fresh]);
      const link = await inside.here.link('w0');
      expect(link).toMatchObject({ up: true, mtu: 1400, alias: undefined });
      expect(link?.ifindex).not.toBe(before?.ifindex);
      expect(inside.ran.filter((command) => command.includes('batch'))).toEqual([]);
    },
  );

  it('takes one program to make room for many of them', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `w${n}`);
    await netns({ path: space.path }).apply([...names.map((name) => removeLink(name)), ...fresh]);
    expect((await inside.here.link('w0'))?.mtu).toBe(1400);
    await inside.here.apply([...names.map((name) => removeLink(name)), ...fresh]);
    expect(inside.ran.filter((command) => command.includes('batch'))).toEqual([
      'ip -force -batch -',
    ]);
  });
});
