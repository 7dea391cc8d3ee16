import type { Link, LinkAddress } from '@dovesnap/netns';
import { describe, expect, it } from 'vitest';
import type { NetworkMode } from '../../../src/domain/network.ts';
import { subnetRefusal } from '../../../src/plan/networks/subnet-conflict.ts';

type HostLink = Pick<Link, 'name' | 'addresses'>;

function link(name: string, address: string, given: Partial<LinkAddress> = {}): HostLink {
  const [bare = '', length] = address.split('/');
  const family = bare.includes(':') ? 'ipv6' : 'ipv4';
  const prefixLength = Number(length);
  const scope = 'global';
  return { name, addresses: [{ family, address: bare, prefixLength, scope, ...given }] };
}

const lan = { links: [link('lo', '127.0.0.1/8'), link('eth0', '192.168.1.5/24')], routes: [] };

function refusalOf(
  pool: string,
  mode: NetworkMode = 'nat',
  host: Parameters<typeof subnetRefusal>[1] = lan,
) {
  const family = pool.includes(':') ? ('ipv6' as const) : ('ipv4' as const);
  const subnets = [
    { family: 'ipv4' as const, pool: '10.70.0.0/24', gateway: undefined },
    { family, pool, gateway: undefined },
  ];
  return subnetRefusal({ mode, subnets, bridge: 'odsbr1' }, host)?.message;
}

const accepted = 'accepted is one that the host is not in, or mode flat, which joins a LAN';

describe('a subnet that the host is in', () => {
  it.each(['nat', 'routed'] as const)('is refused on a %s network, with the interface', (mode) => {
    expect(refusalOf('192.168.1.0/24', mode)).toBe(
      `the subnet of a ${mode} network cannot be "192.168.1.0/24": the host has 192.168.1.5/24 on interface eth0; ${accepted}`,
    );
  });

  it('is what a flat network joins', () => {
    expect(refusalOf('192.168.1.0/24', 'flat')).toBeUndefined();
  });

  it.each([
    ['a part of it that the host’s own address is not in', '192.168.1.128/25'],
    ['one around it', '192.168.0.0/16'],
  ])('is refused as %s', (_, pool) => {
    expect(refusalOf(pool)).toContain('on interface eth0');
  });

  it.each([
    ['an address of its own', link('eth1', '10.1.2.3/32'), '10.1.2.0/24'],
    ['a peer’s address', link('ppp0', '10.1.2.3/32', { peer: '10.5.0.9' }), '10.5.0.0/24'],
    [
      'its own end of a link to a peer',
      link('ppp0', '10.1.2.3/32', { peer: '10.5.0.9' }),
      '10.1.2.0/24',
    ],
    ['an address of lo', link('lo', '10.1.2.3/32'), '10.1.2.0/24'],
    ['an IPv6 address', link('eth1', 'fd00:1::5/64'), 'fd00:1::/64'],
  ])('may be one of %s', (_, there, pool) => {
    expect(refusalOf(pool, 'nat', { links: [there], routes: [] })).toContain(there.name);
  });

  it('may be that of a router which the host reaches without an address there', () => {
    const host = {
      links: [link('eth0', '203.0.113.7/32')],
      routes: [{ via: '10.0.0.1', link: 'eth0' }],
    };
    expect(refusalOf('10.0.0.0/24', 'nat', host)).toBe(
      `the subnet of a nat network cannot be "10.0.0.0/24": the host has a router at 10.0.0.1 on interface eth0; ${accepted}`,
    );
  });

  it('is not the one of its own bridge', () => {
    const host = { links: [link('odsbr1', '10.9.0.1/24')], routes: [] };
    expect(refusalOf('10.9.0.0/24', 'nat', host)).toBeUndefined();
  });

  it('is none of those beside it', () => {
    const host = {
      links: [...lan.links, link('eth1', 'fd00:1::5/64')],
      routes: [
        { via: '192.168.1.1', link: 'eth0' },
        { via: undefined, link: 'eth0' },
      ],
    };
    expect(refusalOf('192.168.2.0/24', 'nat', host)).toBeUndefined();
  });
});

describe('a subnet that is nobody’s to have', () => {
  it.each([
    ['0.0.0.0/16', '0.0.0.0/8'],
    ['127.0.0.0/8', '127.0.0.0/8'],
    ['127.5.0.0/24', '127.0.0.0/8'],
    ['126.0.0.0/7', '127.0.0.0/8'],
    ['224.0.0.0/24', '224.0.0.0/4'],
    ['239.255.0.0/16', '224.0.0.0/4'],
    ['240.0.0.0/24', '240.0.0.0/4'],
    ['255.255.255.0/24', '240.0.0.0/4'],
    ['::/64', '::/127'],
    ['::ffff:10.9.0.0/120', '::ffff:0:0/96'],
    ['ff02::/64', 'ff00::/8'],
  ])('is refused in every mode: %s of %s', (pool, block) => {
    for (const mode of ['flat', 'nat', 'routed'] as const) {
      expect(refusalOf(pool, mode)).toMatch(
        new RegExp(
          `^the subnet of a ${mode} network cannot be "${pool.replaceAll('.', '\\.')}": ${block} is for `,
        ),
      );
    }
  });

  it.each(['169.254.7.0/24', 'fe80::/64'])('is link-local only for a router: %s', (pool) => {
    expect(refusalOf(pool, 'nat')).toContain('is for link-local addresses');
    expect(refusalOf(pool, 'routed')).toContain('is for link-local addresses');
    expect(refusalOf(pool, 'flat')).toBeUndefined();
  });

  it.each(['1.0.0.0/8', '126.0.0.0/8', '128.0.0.0/16', '100.64.0.0/10', '223.255.255.0/24'])(
    'is none of those beside it: %s',
    (pool) => {
      expect(refusalOf(pool)).toBeUndefined();
    },
  );
});
