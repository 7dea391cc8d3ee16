import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDatapathId,
  freeOfPort,
  freeOfPorts,
  openOvsdb,
  parseDatapathId,
  parseTarget,
} from '../src/index.ts';
import { parseOvsdbTarget } from '../src/ovsdb/target.ts';

const refusal = (code: string) => expect.objectContaining({ code });

describe('a datapath id', () => {
  it.each([
    ['0x1', 1n],
    ['0X1f', 31n],
    ['0000000000000001', 1n],
    ['1234567890123456', 0x1234567890123456n],
    ['e0f00000affe0001', 0xe0f00000affe0001n],
    ['1', 1n],
    ['18446744073709551615', 0xffffffffffffffffn],
  ])('is read from %s', (text, id) => {
    expect(parseDatapathId(text)).toBe(id);
  });

  it.each([
    '',
    '0',
    '0x0',
    '-1',
    '1e3',
    '0x',
    '18446744073709551616',
    '0x10000000000000000',
    'abc',
    ' 1',
    '1\n',
  ])('is refused when it is %j', (text) => {
    expect(() => parseDatapathId(text)).toThrow(refusal('BAD_DPID'));
  });

  it('is refused when it is out of range', () => {
    for (const id of [0n, -1n, 1n << 64n]) {
      expect(() => formatDatapathId(id)).toThrow(refusal('BAD_DPID'));
    }
  });

  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, (1n << 64n) - 1n), (id) => {
        expect(parseDatapathId(formatDatapathId(id))).toBe(id);
        expect(parseDatapathId(`0x${id.toString(16)}`)).toBe(id);
      }),
    );
  });
});

describe('the address of a controller', () => {
  it.each([
    ['tcp:127.0.0.1', 'tcp:127.0.0.1:6653'],
    ['tcp:127.0.0.1:6654', 'tcp:127.0.0.1:6654'],
    ['tcp:faucet.example:6653', 'tcp:faucet.example:6653'],
    ['tcp:[::1]', 'tcp:[::1]:6653'],
    ['ssl:[fe80::1]:99', 'ssl:[fe80::1]:99'],
    ['unix:/run/faucet.sock', 'unix:/run/faucet.sock'],
  ])('is read from %s', (text, target) => {
    expect(parseTarget(text)).toBe(target);
    expect(parseTarget(target)).toBe(target);
  });

  it.each([
    '',
    'tcp:',
    'tcp:::1',
    'tcp:a b',
    'tcp:host:0',
    'tcp:host:65536',
    'udp:host',
    'host:1',
    'unix:',
  ])('is refused when it is %j', (text) => {
    expect(() => parseTarget(text)).toThrow(refusal('BAD_TARGET'));
  });
});

describe('the address of a database', () => {
  it('is read in each of its forms', () => {
    expect(parseOvsdbTarget('unix:/run/db.sock')).toEqual({ kind: 'unix', path: '/run/db.sock' });
    expect(parseOvsdbTarget('tcp:h')).toEqual({ kind: 'tcp', host: 'h', port: 6640 });
    expect(parseOvsdbTarget('ssl:[::1]:1')).toEqual({ kind: 'ssl', host: '::1', port: 1 });
  });

  it('is refused at once when it is none', () => {
    expect(() => openOvsdb('/run/db.sock')).toThrow(refusal('BAD_TARGET'));
  });
});

describe('a free port number', () => {
  it('is the lowest that is not used', () => {
    expect(freeOfPort([])).toBe(1);
    expect(freeOfPort([1, 2, 4])).toBe(3);
    expect(freeOfPort(new Set([5, 6]), { from: 5 })).toBe(7);
    expect(freeOfPorts(3, [2, 4])).toEqual([1, 3, 5]);
    expect(freeOfPorts(0, [])).toEqual([]);
  });

  it('is refused when there are too few', () => {
    expect(() => freeOfPorts(2, [1], { to: 2 })).toThrow(refusal('NO_FREE_PORT'));
  });

  it('is never one that is used', () => {
    const range = { from: 1, to: 60 };
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50 })), fc.nat(10), (used, count) => {
        const free = freeOfPorts(count, used, range);
        expect(new Set([...free, ...used]).size).toBe(count + used.length);
        const last = free.at(-1) ?? 0;
        for (let port = 1; port < last; port++) {
          expect(free.includes(port) || used.includes(port)).toBe(true);
        }
      }),
    );
  });
});
