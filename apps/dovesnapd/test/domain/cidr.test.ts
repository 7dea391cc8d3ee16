import { describe, expect, it } from 'vitest';
import { contains, parseCidr } from '../../src/domain/cidr.ts';

describe('parseCidr', () => {
  it.each([
    ['10.9.0.1/24', { family: 'ipv4', address: '10.9.0.1', prefix: 24, network: '10.9.0.0' }],
    ['10.9.0.1', { family: 'ipv4', address: '10.9.0.1', prefix: 32, network: '10.9.0.1' }],
    ['FD00:9:0::1/64', { family: 'ipv6', address: 'fd00:9::1', prefix: 64, network: 'fd00:9::' }],
  ])('reads %s', (text, cidr) => {
    expect(parseCidr(text)).toEqual(cidr);
  });

  it.each(['', '010.1.2.3', '10.1/16', '10.1.2.3/33', '10.1.2.3/', 'fe80::1%eth0', 'x'])(
    'refuses %j',
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );
});

describe('contains', () => {
  it.each([
    ['10.9.0.0/24', '10.9.0.255/24', true],
    ['10.9.0.0/24', '10.9.1.0/24', false],
    ['fd00::/64', 'fd00::ffff', true],
    ['fd00::/64', '10.9.0.1', false],
  ])('%s and %s: %s', (pool, address, expected) => {
    const [a, b] = [parseCidr(pool), parseCidr(address)];
    expect(a && b && contains(a, b)).toBe(expected);
  });
});
