import { parseFaucet } from '@dovesnap/faucet-config';
import type { Change, Link, LinkAddress, Route } from '@dovesnap/netns';
import type { BridgeState, SwitchState } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import { uplinkOf } from '../../../src/domain/host-ports.ts';
import { recordTaken } from '../../../src/domain/network-record.ts';
import type { TakenDevice } from '../../../src/domain/other-ports.ts';
import { formatBridgeRecord, parseBridgeRecord } from '../../../src/domain/record.ts';
import { boundDevice } from '../../../src/features/binding/bound-device.ts';
import { boundNetwork } from '../../../src/features/binding/bound-network.ts';
import { boundNumber } from '../../../src/features/binding/bound-port.ts';
import { findOtherPorts } from '../../../src/plan/interfaces/find-other-ports.ts';
import { hostPortSpecs } from '../../../src/plan/interfaces/host-port-specs.ts';
import { hadBy, moveDevice, takenDevice } from '../../../src/plan/interfaces/taken-devices.ts';
import { bridgeRecord, bridgeSpec } from '../../../src/plan/networks/bridge-spec.ts';
import { natRules } from '../../../src/plan/networks/gateway.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';

const now = 1_000_000;

const given: readonly LinkAddress[] = [
  { family: 'ipv4', address: '10.1.0.2', prefixLength: 24, scope: 'global', label: 'eth0:x' },
  { family: 'ipv4', address: '10.1.0.3', prefixLength: 24, scope: 'global', secondary: true },
  { family: 'ipv4', address: '10.2.0.2', prefixLength: 24, scope: 'global', validLifetime: 60 },
  { family: 'ipv4', address: '10.3.0.2', prefixLength: 24, scope: 'global', noPrefixRoute: true },
  { family: 'ipv6', address: 'fd01::2', prefixLength: 64, scope: 'global' },
  { family: 'ipv6', address: 'fe80::1', prefixLength: 64, scope: 'link' },
];

function link(name: string, addresses: readonly LinkAddress[] = []): Link {
  const rest = { peerIfindex: undefined, peerNamespaceId: undefined, kind: undefined };
  const state = { mtu: 1400, up: true, running: true, alias: undefined };
  return { name, ifindex: 7, mac: '52:54:00:00:00:01', ...rest, ...state, addresses };
}

function route(destination: string, more: Partial<Route> = {}): Route {
  const family = destination.includes(':') ? 'ipv6' : 'ipv4';
  return {
    ...{ destination, link: 'eth0', family, type: 'unicast', protocol: 'boot', scope: 'global' },
    ...more,
  };
}

const routes: readonly Route[] = [
  route('default', { via: '10.1.0.1', metric: 100, source: '10.1.0.2', protocol: 'dhcp' }),
  route('10.9.0.0/24', { via: '10.1.0.1', table: 100 }),
  route('fd09::/64', { via: 'fd01::1', metric: 77 }),
  route('default', { via: 'fe80::9', family: 'ipv6', protocol: 'ra', metric: 1024, expires: 90 }),
  route('10.3.0.0/24', { protocol: 'kernel', scope: 'link', metric: 50 }),
  route('10.1.0.0/24', { protocol: 'kernel', scope: 'link', source: '10.1.0.2' }),
  route('fd01::/64', { protocol: 'kernel', metric: 256 }),
  route('fe80::/64', { protocol: 'kernel', metric: 256 }),
  route('10.1.0.2', { type: 'local', table: 255, protocol: 'kernel' }),
  route('default', { via: '10.7.0.1', link: 'eth1' }),
];

/** Does to links and routes what the changes say, as the kernel would. */
function apply(changes: readonly Change[], links: Record<string, Link>, seen: readonly Route[]) {
  const state = { links: { ...links }, routes: [...seen] };
  for (const change of changes) {
    if (change.kind === 'add-address') {
      const [address = '', length = ''] = change.address.split('/');
      const family = address.includes(':') ? ('ipv6' as const) : ('ipv4' as const);
      const added = { family, address, prefixLength: Number(length), scope: 'global' };
      const before = state.links[change.link] ?? link(change.link);
      const { validLifetime, noPrefixRoute } = change;
      const addresses = [...before.addresses, { ...added, validLifetime, noPrefixRoute }];
      state.links[change.link] = { ...before, addresses };
    } else if (change.kind === 'remove-address') {
      const before = state.links[change.link] ?? link(change.link);
      const addresses = before.addresses.filter(
        (item) => `${item.address}/${item.prefixLength}` !== change.address,
      );
      state.links[change.link] = { ...before, addresses };
    } else if (change.kind === 'add-route') {
      const { protocol, scope } = change.route;
      const family = change.route.family ?? 'ipv4';
      state.routes.push({ type: 'unicast', ...change.route, family, protocol, scope });
    } else if (change.kind === 'remove-route') {
      const { destination, link: over, metric, via } = change.route;
      state.routes = state.routes.filter(
        (item) =>
          item.destination !== destination ||
          item.link !== over ||
          item.metric !== metric ||
          item.via !== via,
      );
    }
  }
  return state;
}

describe('what a bound interface has', () => {
  const taken = takenDevice(link('eth0', given), { routes, merging: ['gro'], now });

  test('is all that the kernel does not make again by itself', () => {
    expect(taken.addresses.map((item) => item.address)).toEqual([
      '10.1.0.2/24',
      '10.1.0.3/24',
      '10.2.0.2/24',
      '10.3.0.2/24',
      'fd01::2/64',
    ]);
    expect(taken.routes.map((item) => [item.destination, item.via])).toEqual([
      ['default', '10.1.0.1'],
      ['10.9.0.0/24', '10.1.0.1'],
      ['fd09::/64', 'fd01::1'],
      ['default', 'fe80::9'],
      ['10.3.0.0/24', undefined],
    ]);
    expect(taken.addresses[2]?.validUntil).toBe(now + 60_000);
    expect(taken).toMatchObject({ mac: '52:54:00:00:00:01', mtu: 1400 });
  });

  test('moves to the local port with addresses on both for a moment, and back, each once', () => {
    const links = { eth0: link('eth0', given), br: { ...link('br'), up: false } };
    const there = { from: links.eth0, to: links.br, routes, now };
    const changes = moveDevice(taken, there);
    const kinds = changes.map(({ kind }) => kind);
    expect(kinds[0]).toBe('set-link');
    expect(kinds.lastIndexOf('add-address')).toBeLessThan(kinds.indexOf('remove-route'));
    expect(kinds.lastIndexOf('add-route')).toBeLessThan(kinds.indexOf('remove-address'));
    // Secondary addresses go before the primary one, which would take them along.
    expect(changes.filter((item) => item.kind === 'remove-address').at(-1)).toMatchObject({
      address: '10.1.0.2/24',
    });
    const moved = apply(changes, links, routes);
    const eth0 = moved.links.eth0 ?? link('eth0');
    const br = { ...(moved.links.br ?? link('br')), up: true };
    expect(moveDevice(taken, { from: eth0, to: br, routes: moved.routes, now })).toEqual([]);
    expect(eth0.addresses.map((item) => item.address)).toEqual(['fe80::1']);

    const back = moveDevice(taken, { from: br, to: eth0, routes: moved.routes, now });
    const home = apply(back, moved.links, moved.routes);
    const again = hadBy(home.links.eth0 ?? link('eth0'), home.routes, now);
    expect(again.routes.map(({ destination, via }) => [destination, via]).sort()).toEqual(
      taken.routes.map(({ destination, via }) => [destination, via]).sort(),
    );
    expect(back).toContainEqual(expect.objectContaining({ label: 'eth0:x', link: 'eth0' }));
    expect(changes).not.toContainEqual(expect.objectContaining({ label: 'eth0:x' }));
  });

  test('stays away when it has run out meanwhile', () => {
    const later = now + 70_000;
    const changes = moveDevice(taken, {
      from: undefined,
      to: link('eth0'),
      routes: [],
      now: later,
    });
    expect(changes).not.toContainEqual(expect.objectContaining({ address: '10.2.0.2/24' }));
    expect(changes).toContainEqual(
      expect.objectContaining({
        kind: 'add-route',
        route: expect.objectContaining({ expires: 20 }),
      }),
    );
  });

  test('leaves the routes of other links alone', () => {
    const there = { from: link('eth0', given), to: link('br'), routes, now };
    const touched = moveDevice(taken, there).flatMap((item) =>
      'route' in item ? [item.route.via] : [],
    );
    expect(touched).not.toContain('10.7.0.1');
  });
});

describe('what is to be on the local port', () => {
  const taken: TakenDevice = {
    ...takenDevice(link('eth0', given), { routes, merging: ['gro'], now }),
    ofPort: 1,
    moved: true,
  };
  const around = { local: link('br'), routes: [], now };

  test('is what is on record when neither the interface nor the port has anything', () => {
    const wanted = boundDevice(taken, { ...around, link: link('eth0') });
    expect(wanted.addresses).toEqual(taken.addresses);
    expect(wanted.routes).toEqual(taken.routes);
  });

  test('is what a start of the machine has put on the interface, and nothing older', () => {
    const fresh = given.slice(1, 2);
    const wanted = boundDevice(taken, { ...around, link: link('eth0', fresh) });
    expect(wanted.addresses.map((item) => item.address)).toEqual(['10.1.0.3/24']);
    expect(wanted).toMatchObject({ routes: [], ofPort: 1, moved: true });
  });

  test('is both parts of a move that was cut off, with the lifetimes of now', () => {
    const local = link('br', [{ ...(given[2] as LinkAddress), validLifetime: 500 }]);
    const wanted = boundDevice(taken, { ...around, local, link: link('eth0', given.slice(0, 1)) });
    expect(wanted.addresses.map((item) => [item.address, item.validUntil])).toEqual([
      ['10.1.0.2/24', undefined],
      ['10.2.0.2/24', now + 500_000],
    ]);
  });
});

describe('a network that binds an interface', () => {
  const spec = { mode: 'flat', boundInterface: 'eth0', bridge: 'br' } as const;
  const features = [boundNetwork({ ...spec, mtu: undefined })];
  const bridge: BridgeState = {
    ...{ uuid: 'b', name: 'br', datapathType: 'netdev', datapathId: 1n, failMode: 'secure' },
    ...{
      controllers: [],
      mirrors: [],
      floodVlans: [],
      protocols: [],
      columns: {},
      otherConfig: {},
      externalIds: {},
      ports: [],
    },
  };
  const state: SwitchState = {
    ...{ uuid: 's', nextCfg: 1, curCfg: 1, ovsVersion: '3.1.0', datapathTypes: ['netdev'] },
    ...{ otherConfig: {}, externalIds: {}, bridges: [bridge], userspaceTsoRequested: false },
  };
  const model = parseFaucet('{}');
  const taken = takenDevice(link('eth0', given), { routes, merging: ['gro'], now });

  test('has its port in Faucet before it is on the bridge, under the lowest free number', () => {
    const network = sampleNetwork({ features, ...spec });
    addPort(network, 1);
    recordTaken(network.record, 'eth0', taken);
    expect(boundNumber(network, state, model)).toBe(2);
    recordTaken(network.record, 'eth0', { ...taken, ofPort: 2 });
    expect(boundNumber(network, state, model)).toBe(2);
    expect(findOtherPorts(network, state, model)).toMatchObject([
      { name: 'eth0', kind: 'physical', ofPort: 2, closed: undefined, gone: true },
    ]);
    expect(hostPortSpecs(network, 'engine')).toEqual([]);
    recordTaken(network.record, 'eth0', { ...taken, ofPort: 2, moved: true });
    expect(hostPortSpecs(network, 'engine')).toMatchObject([{ name: 'eth0', ofPortRequest: 2 }]);
  });

  test('has it under a number that neither another feature nor the operator has', () => {
    const network = sampleNetwork({
      features: [...features, { name: 'sample', reservedNumbers: [1] }],
      ...spec,
    });
    const declared = parseFaucet(
      'dps: {lab: {dp_id: 1, interface_ranges: {"2-4": {}}, interfaces: {6: {native_vlan: 1}}}}',
    );
    addPort(network, 5);
    expect(boundNumber(network, state, declared)).toBe(7);
  });

  test('lets the host forward for nobody, and keeps it from joining those that are kept apart', () => {
    const plain = sampleNetwork({ features, ...spec, bridge: 'plain' });
    const apart = sampleNetwork({ features, ...spec, isolated: true });
    const member = { subnets: [], masquerade: false, uplink: true };
    expect(natRules([plain, sampleNetwork({ mode: 'flat' }), apart]).networks).toEqual([
      { bridge: 'plain', ...member, isolated: false },
      { bridge: 'br', ...member, isolated: true },
    ]);
  });

  test('gives the local port the interface’s MAC, unless another was asked for', () => {
    const network = sampleNetwork({ features, ...spec });
    recordTaken(network.record, 'eth0', taken);
    const macOf = (localMac: string | undefined) =>
      bridgeSpec({ ...network, spec: { ...network.spec, localMac } }, 'e', { controllers: false });
    expect(macOf(undefined).hwaddr).toBe('52:54:00:00:00:01');
    expect(macOf('0e:00:00:00:00:01').hwaddr).toBe('0e:00:00:00:00:01');
  });

  test('remembers all of it in its record', () => {
    const network = sampleNetwork({ features, ...spec });
    const moved = { ...taken, ofPort: 2, moved: true };
    recordTaken(network.record, 'eth0', moved);
    const record = formatBridgeRecord(bridgeRecord(network, 'engine'));
    const read = parseBridgeRecord(record)?.taken.get('eth0');
    expect(read).toEqual(JSON.parse(JSON.stringify(moved)));
  });

  test.each<[string, Partial<Link>, Partial<Route>, string]>([
    ['a bridge', { kind: 'openvswitch' }, {}, 'that is not a bridge itself'],
    ['a tunnel', { mac: undefined }, {}, 'an Ethernet interface'],
    ['split', {}, { multipath: true }, 'several next hops, as that to 10.8.0.0/16 has'],
    ['small', { mtu: 1399 }, {}, "at least the network's MTU of 1400: it has 1399"],
  ])('is refused an interface that is %s', (_, ofLink, ofRoute, why) => {
    const uplink = uplinkOf({ features: [boundNetwork({ ...spec, mtu: 1400 })] })?.uplink;
    const refusal = (...routes: readonly Route[]) =>
      uplink?.refusal({ ...link('eth0'), ...ofLink }, routes);
    expect(refusal(route('10.8.0.0/16', ofRoute))).toContain(why);
    expect(uplink?.refusal(link('eth0'), [route('10.8.0.0/16')])).toBeUndefined();
  });
});
