import { openNamespace, type TestNamespace } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addAddress, addRoute, addVeth, type Change, removeRoute, setLink } from '../src/index.ts';
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
