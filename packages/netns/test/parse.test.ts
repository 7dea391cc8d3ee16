import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  formatRequest,
  isReplyEnd,
  lastWords,
  parseFailures,
  parseReply,
} from '../src/ip-reply.ts';
import { parseLinks } from '../src/parse-links.ts';
import { parseRoutes } from '../src/parse-routes.ts';
import { parseSeals, sealChain } from '../src/seal.ts';
import { parseMonitorLine } from '../src/watch-links.ts';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

test('reads links of every kind from what ip 6.1 prints', async () => {
  const links = parseLinks(await fixture('iproute2-6.1.0-addr-show.json'));
  expect(links.map(({ name, kind }) => [name, kind])).toEqual([
    ['lo', undefined],
    ['v1', 'veth'],
    ['v0', 'veth'],
    ['br0', 'bridge'],
    ['m0', 'veth'],
  ]);
  expect(links[2]).toMatchObject({
    ifindex: 3,
    peerIfindex: 2,
    peerNamespaceId: undefined,
    mtu: 1500,
    up: true,
    running: true,
    alias: 'web',
  });
  expect(links[2]?.addresses.slice(0, 3)).toMatchObject([
    { family: 'ipv4', address: '10.9.0.1', prefixLength: 24, scope: 'global' },
    { family: 'ipv4', address: '10.8.0.1', prefixLength: 32, scope: 'global' },
    { family: 'ipv6', address: 'fd00:9::1', prefixLength: 64, scope: 'global' },
  ]);
  expect(links[0]).toMatchObject({ mac: undefined, peerIfindex: undefined });
  expect(links[3]).toMatchObject({ up: false, running: false, addresses: [] });
  expect(links[4]).toMatchObject({ peerIfindex: 5, peerNamespaceId: 0 });
});

test('reads whether the program behind a tap takes frames with a virtio header', async () => {
  const links = parseLinks(await fixture('iproute2-6.1.0-addr-show-taps.json'));
  expect(links.map(({ name, kind, vnetHeader }) => [name, kind, vnetHeader])).toEqual([
    ['lo', undefined, undefined],
    ['tap0', 'tun', true],
    ['tap1', 'tun', false],
  ]);
});

test('reads routes of both families from what ip 6.1 prints', async () => {
  const routes = parseRoutes(await fixture('iproute2-6.1.0-numeric-route-show-table-all.json'));
  const main = routes.filter(({ table, protocol }) => table !== 255 && protocol !== 'kernel');
  expect(
    main.map(({ family, destination, via, link }) => [family, destination, via, link]),
  ).toEqual([
    ['ipv4', '10.5.0.0/24', '10.9.0.9', 'v0'],
    ['ipv4', 'default', '10.9.0.2', 'v0'],
    ['ipv4', '10.6.0.0/16', undefined, 'v0'],
    ['ipv4', '10.7.0.0/24', '10.9.0.3', 'v0'],
    ['ipv4', '10.7.0.0/24', '10.9.0.4', 'v0'],
    ['ipv4', '10.50.1.0/24', '10.9.0.9', 'v0'],
    ['ipv4', '10.66.0.0/16', undefined, undefined],
    ['ipv4', '10.99.0.0/24', 'fd00:9::5', 'v0'],
    ['ipv6', 'fd00:77::/48', undefined, 'v0'],
    ['ipv6', 'default', 'fd00:9::2', 'v0'],
    ['ipv6', 'default', undefined, 'v0'],
  ]);
  expect(routes[0]).toMatchObject({ table: 100, source: '10.9.0.1', protocol: 'boot' });
  expect(main[5]).toMatchObject({ protocol: 'static', type: 'unicast', scope: 'global' });
  expect(main[6]).toMatchObject({ type: 'blackhole' });
  expect(routes.find(({ type }) => type === 'local')).toMatchObject({ table: 255, scope: 'host' });
});

test('reads all that an address has besides itself', async () => {
  const [link] = parseLinks(await fixture('iproute2-6.1.0-addr-show-attributes.json'));
  const found = new Map(link?.addresses.map((item) => [item.address, item]));
  expect(found.get('10.61.0.2')).toMatchObject({ broadcast: '10.61.0.255', label: 'a0:x' });
  expect(found.get('10.61.0.2')?.validLifetime).toBeUndefined();
  expect(found.get('10.61.0.3')).toMatchObject({ secondary: true });
  expect(found.get('10.77.0.2')).toMatchObject({ validLifetime: 3600, preferredLifetime: 1800 });
  expect(found.get('10.78.0.2')).toMatchObject({ noPrefixRoute: true, metric: 50 });
  expect(found.get('10.80.0.2')).toMatchObject({ peer: '10.80.0.9', prefixLength: 32 });
});

test('reads all that a route has besides its next hop', async () => {
  const routes = parseRoutes(await fixture('iproute2-6.1.0-numeric-route-show-attributes.json'));
  const to = (destination: string) => routes.filter((route) => route.destination === destination);
  expect(to('10.88.0.0/24')).toMatchObject([{ onlink: true, mtu: 1300, protocol: 'boot' }]);
  expect(to('default')).toMatchObject([{ family: 'ipv6', protocol: 'ra', expires: 999 }]);
  expect(to('10.90.0.0/24')).toMatchObject([{ multipath: true }, { multipath: true }]);
  expect(to('10.88.0.0/24')[0]?.multipath).toBeUndefined();
});

test('reads nothing from the nothing that ip prints for no routes', () => {
  expect(parseRoutes('')).toEqual([]);
  expect(parseLinks('[]')).toEqual([]);
});

test('reads the names from what ip monitor prints', async () => {
  const lines = (await fixture('iproute2-6.1.0-monitor-link.txt')).trim().split('\n');
  expect([...new Set(lines.map((line) => parseMonitorLine(line)?.link))]).toEqual([
    'w1',
    'w0',
    'w7',
  ]);
  const mac = '02:00:00:00:00:09';
  const rest = `\\    link/ether ${mac} brd ff:ff:ff:ff:ff:ff link-netnsid 0`;
  const up = '<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue';
  const down = '<NO-CARRIER,BROADCAST,MULTICAST> mtu 1500 qdisc noop';
  expect(
    parseMonitorLine(`[nsid current]9: v0@if8: ${up} master br0 state UP group default ${rest}`),
  ).toEqual({
    ...{ link: 'v0', ifindex: 9, namespaceId: undefined },
    seen: { up: true, mac, master: 'br0', peerIfindex: 8 },
  });
  expect(parseMonitorLine(`[nsid 12]8: eth0@v0: ${down} state DOWN ${rest}`)).toEqual({
    ...{ link: 'eth0', ifindex: 8, namespaceId: 12 },
    seen: { up: false, mac, master: undefined, peerIfindex: undefined },
  });
  expect(parseMonitorLine(`[nsid 12]Deleted 8: eth0@if9: ${down} state DOWN ${rest}`)).toEqual({
    ...{ link: 'eth0', ifindex: 8, namespaceId: 12 },
  });
  expect(
    parseMonitorLine('    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff'),
  ).toBeUndefined();
});

test('reads which lines of a batch failed, and why', () => {
  const stderr =
    'RTNETLINK answers: File exists\nCommand failed -:2\nCannot find device "x"\nCommand failed -:3\n';
  expect(parseFailures(stderr)).toEqual([
    { index: 1, text: 'RTNETLINK answers: File exists' },
    { index: 2, text: 'Cannot find device "x"' },
  ]);
  expect(parseFailures('Error: argument "x" is wrong: Invalid "netns" value\n')).toEqual([]);
});

const done = ['Object "done" is unknown, try "ip help".', 'Command failed -:9'];

test('asks ip to forget the names, then for the change, then for the end of the reply', () => {
  expect(formatRequest('address add 10.9.0.1/24 dev a', ['a'])).toBe(
    'link set dev a\naddress add 10.9.0.1/24 dev a\ndone\n',
  );
});

test.each([
  ['nothing', [], { failure: undefined, stale: false }],
  [
    'the line',
    ['RTNETLINK answers: File exists', 'Command failed -:8'],
    { failure: 'RTNETLINK answers: File exists', stale: false },
  ],
  ['a warning', ['Warning: the kernel is old.'], { failure: undefined, stale: false }],
  [
    'a name of no link',
    ['Cannot find device "a"', 'Command failed -:7'],
    { failure: undefined, stale: false },
  ],
  [
    'a name of a link that is gone, and the line',
    ['RTNETLINK answers: No such device', 'Command failed -:6', 'Error: no', 'Command failed -:8'],
    { failure: 'Error: no', stale: true },
  ],
])('reads what failed of a request: %s', (_what, lines, reply) => {
  const all = [...lines, ...done];
  expect(parseReply(all)).toEqual(reply);
  expect(all.map((_line, index) => isReplyEnd(all.slice(0, index)))).not.toContain(true);
  expect(isReplyEnd(all)).toBe(true);
});

test('reads why ip ended, without what failed before', () => {
  const why = 'Error: argument "x" is wrong: "protocol" value is invalid';
  expect(lastWords(['Cannot find device "a"', 'Command failed -:7', why, ''])).toBe(why);
  expect(lastWords([])).toBe('');
});

test('reads back the links that chains are named after', () => {
  const names = ['eth0', 'br-lan', 'eth0.100', 'a_b', '_5f'];
  const nftables = names.map((name) => ({ chain: { name: sealChain(name) } }));
  expect(parseSeals(JSON.stringify({ nftables: [{ metainfo: {} }, ...nftables] }))).toEqual(names);
});
