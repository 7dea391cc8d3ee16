import { describe, expect, test } from 'vitest';
import { gratuitousArp } from '../../src/domain/gratuitous-arp.ts';

describe('an ARP announcement', () => {
  test('asks everyone for its own address', () => {
    const frame = Buffer.from(
      gratuitousArp({ mac: '02:00:0a:09:00:02', ipv4: '10.9.0.2/24' }) ?? [],
    );
    expect(frame).toHaveLength(60);
    expect(frame.subarray(0, 42).toString('hex')).toBe(
      'ffffffffffff02000a0900020806' +
        '0001080006040001' +
        '02000a0900020a090002' +
        '0000000000000a090002',
    );
  });

  test('is not made without an address', () => {
    expect(gratuitousArp({ mac: '02:00:0a:09:00:02', ipv4: undefined })).toBeUndefined();
  });
});
