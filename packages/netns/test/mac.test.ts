import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyMacPrefix,
  formatMac,
  isLinkName,
  isUnicastMac,
  linkName,
  macFromAddress,
  parseMac,
} from '../src/index.ts';

const bytes = fc.uint8Array({ minLength: 6, maxLength: 6 });
const ipv4 = fc.ipV4();

test('reads every spelling of a MAC that ip link takes', () => {
  for (const text of ['2:42:A:9:0:2', '0x2:0X42:00A:9:000:02']) {
    expect(formatMac(parseMac(text))).toBe('02:42:0a:09:00:02');
  }
  for (const bad of [
    '',
    '02:42',
    '02-42-0a-09-00-02',
    '02:42:0a:09:00:02:01',
    '02:42:0a:09:00:g2',
    '02:42:0a:09:00:102',
    '02:42:0a:09:00:0x',
    ' 02:42:0a:09:00:02',
  ]) {
    expect(() => parseMac(bad)).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }));
  }
});

test('reads back what it writes', () => {
  fc.assert(
    fc.property(bytes, (mac) => {
      expect(parseMac(formatMac(mac))).toEqual(mac);
      expect(parseMac(formatMac(mac).toUpperCase())).toEqual(mac);
    }),
  );
});

test('knows the address of a single station', () => {
  expect(isUnicastMac('02:42:0a:09:00:02')).toBe(true);
  expect(isUnicastMac('01:00:5e:00:00:01')).toBe(false);
  expect(isUnicastMac('ff:ff:ff:ff:ff:ff')).toBe(false);
  expect(isUnicastMac('00:00:00:00:00:00')).toBe(false);
  expect(isUnicastMac('nonsense')).toBe(false);
});

test('gives an address in a network always the same local unicast MAC', () => {
  fc.assert(
    fc.property(fc.string(), ipv4, ipv4, (network, one, two) => {
      const mac = macFromAddress(network, one);
      expect(mac).toMatch(/^02(:[0-9a-f]{2}){5}$/);
      expect(macFromAddress(network, one)).toBe(mac);
      expect(macFromAddress(network, two) === mac).toBe(one === two);
    }),
  );
  expect(macFromAddress('net', '10.9.0.2').slice(6)).toBe('0a:09:00:02');
  expect(() => macFromAddress('net', '10.9.0.2/24')).toThrow(/not an IPv4 address/);
});

test('replaces the first bytes of a MAC by a prefix', () => {
  expect(applyMacPrefix('02:42:0a:09:00:02', '0e:99')).toBe('0e:99:0a:09:00:02');
  expect(applyMacPrefix('02:42:0a:09:00:02', '0E99')).toBe('0e:99:0a:09:00:02');
  expect(applyMacPrefix('02:42:0a:09:00:02', '0e:00:00:00:00')).toBe('0e:00:00:00:00:02');
  for (const bad of ['', '0', '0e:9', '01:00', '0e:00:00:00:00:00', '0e:', ':0e', '0e99:01']) {
    expect(() => applyMacPrefix('02:42:0a:09:00:02', bad)).toThrow(
      expect.objectContaining({ code: 'BAD_VALUE' }),
    );
  }
});

test('makes link names that are valid, fit and depend on every part', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (parts, more) => {
      const name = linkName('ovs', ...parts);
      expect(isLinkName(name)).toBe(true);
      expect(linkName('ovs', ...parts)).toBe(name);
      expect(linkName('ovs', ...parts, more)).not.toBe(name);
    }),
  );
  expect(() => linkName('prefix-too-long', 'a')).toThrow(/not a prefix/);
  expect(() => linkName('a b', 'a')).toThrow(/not a prefix/);
});

test('tells valid link names from others', () => {
  for (const good of ['eth0', 'br-lan', 'eth0.100', 'a', 'fifteen-letters', '_x', 'v+1']) {
    expect(isLinkName(good)).toBe(true);
  }
  for (const bad of [
    '',
    '.',
    '..',
    'sixteen-letters!',
    'a b',
    'a/b',
    'a:b',
    '-x',
    'a#',
    'a%d',
    'é',
  ]) {
    expect(isLinkName(bad)).toBe(false);
  }
});
