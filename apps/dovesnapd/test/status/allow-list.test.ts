import { describe, expect, it } from 'vitest';
import { allowList } from '../../src/status/allow-list.ts';

describe('allowList', () => {
  it.each([
    [['127.0.0.0/8', '::1/128'], '127.0.0.1', true],
    [['127.0.0.0/8', '::1/128'], '::1', true],
    [['127.0.0.0/8', '::1/128'], '::ffff:127.0.0.1', true],
    [['127.0.0.0/8', '::1/128'], '10.0.0.1', false],
    [['127.0.0.0/8', '::1/128'], '::ffff:10.0.0.1', false],
    [['10.0.0.0/8'], '10.255.0.1', true],
    [['10.0.0.0/8'], '11.0.0.1', false],
    [['0.0.0.0/0'], '203.0.113.9', true],
    [['0.0.0.0/0'], 'fd00::1', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [[], '127.0.0.1', false],
    [['127.0.0.0/8'], 'nonsense', false],
    [['127.0.0.0/8'], undefined, false],
  ])('%j lets %s in: %s', (networks, peer, expected) => {
    expect(allowList(networks)(peer)).toBe(expected);
  });
});
