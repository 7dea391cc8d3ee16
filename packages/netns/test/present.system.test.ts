import { openNamespace, type TestNamespace } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addAddress, addRoute, addVeth, type OpenNetns, setLink } from '../src/index.ts';
import { ways } from './ways.ts';

let space: TestNamespace;

beforeEach(async () => {
  space = await openNamespace();
});

afterEach(async () => {
  await space.close();
});

describe.each(ways)('through %s', (_way, open) => {
  let here: OpenNetns;

  beforeEach(() => {
    here = open(space);
  });

  afterEach(() => here.close());

  test('makes a veth pair that is there as it is wanted, both ends', async () => {
    await here.apply([addVeth('v0', 'v1'), setLink('v0', { up: true })]);
    const wanted = addVeth('v0', 'v1', {
      ...{ mtu: 1400, mac: '02:00:00:00:00:01', peerMac: '2:0:0:0:0:2', txQueueLength: 50 },
    });
    await here.apply([wanted, setLink('v1', { up: true })]);
    const ends = [
      { mac: '02:00:00:00:00:01', mtu: 1400, txQueueLength: 50, up: true },
      { mac: '02:00:00:00:00:02', mtu: 1400, txQueueLength: 50, up: true },
    ];
    expect([await here.link('v0'), await here.link('v1')]).toMatchObject(ends);
    await here.apply([wanted, addVeth('v0', 'v1')]);
    expect([await here.link('v0'), await here.link('v1')]).toMatchObject(ends);
    await expect(here.apply([addVeth('v0', 'v1', { mtu: 70_000 })])).rejects.toMatchObject({
      ...{ code: 'BAD_VALUE', change: { kind: 'add-veth' } },
    });
  });

  test('gives an address that is there the lifetimes and the metric that are wanted', async () => {
    await here.apply([addVeth('v0', 'v1'), setLink('v0', { up: true })]);
    for (const address of ['10.9.0.1/24', 'fd00:9::1/64']) {
      const read = async () =>
        (await here.link('v0'))?.addresses.find((found) => address.startsWith(`${found.address}/`));
      const lives = { validLifetime: 60, preferredLifetime: 30 };
      await here.apply([addAddress('v0', address, { ...lives, nodad: true, metric: 7 })]);
      await here.apply([
        addAddress('v0', address, { validLifetime: 4000, preferredLifetime: 3000 }),
      ]);
      const renewed = await read();
      expect(renewed).toMatchObject({ metric: 7 });
      expect(renewed?.validLifetime).toBeGreaterThan(3900);
      expect(renewed?.preferredLifetime).toBeGreaterThan(2900);
      await here.apply([addAddress('v0', address)]);
      expect(await read()).toMatchObject({
        ...{ metric: 7, validLifetime: undefined, preferredLifetime: undefined },
      });
      await here.apply([addAddress('v0', address, { metric: 9 })]);
      expect(await read()).toMatchObject({ metric: 9, validLifetime: undefined });
    }
  });

  test('does not say of an address or a route that it is there when it is there in another form', async () => {
    await here.apply([
      ...[addVeth('v0', 'v1'), setLink('v0', { up: true })],
      addAddress('v0', '10.9.0.1/24', { broadcast: '10.9.0.255' }),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.2', mtu: 1300, protocol: 'dhcp' }),
      addAddress('v0', 'fd00:9::1/64', { nodad: true }),
      addRoute({ destination: 'fd05::/64', via: 'fd00:9::2', expires: 600 }),
    ]);
    const so = [
      addAddress('v0', '10.9.0.1/24', { broadcast: '10.9.0.255', scope: 'global', label: 'v0' }),
      addAddress('v0', '10.9.0.1/24'),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.2', mtu: 1300, protocol: 'dhcp' }),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.2' }),
      addRoute({ destination: 'fd05::/64', via: 'fd00:9::2', expires: 600 }),
    ];
    await here.apply(so);
    const others = [
      addAddress('v0', '10.9.0.1/24', { broadcast: '10.9.0.127' }),
      addAddress('v0', '10.9.0.1/24', { scope: 'link' }),
      addAddress('v0', '10.9.0.1/24', { label: 'v0:x' }),
      addAddress('v0', '10.9.0.1/24', { noPrefixRoute: true }),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.2', mtu: 1400 }),
      addRoute({ destination: '10.5.0.0/24', via: '10.9.0.2', protocol: 'static' }),
      addRoute({ destination: 'fd05::/64', via: 'fd00:9::2', expires: 60 }),
      addRoute({ destination: 'fd05::/64', via: 'fd00:9::2' }),
    ];
    for (const change of others) {
      await expect(here.apply([change]), JSON.stringify(change)).rejects.toMatchObject({
        ...{ code: 'EXISTS', change },
      });
    }
  });
});
