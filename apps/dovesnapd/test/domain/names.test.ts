import { describe, expect, test } from 'vitest';
import {
  deriveDpid,
  deriveMac,
  dpMark,
  parseDpMark,
  parseHostLink,
  vethNames,
} from '../../src/domain/names.ts';
import { networkId } from '../plan/sample.ts';

const engine = 'RKVJ:HCRC';

describe('names', () => {
  test('of a veth are read back', () => {
    const { hostLink } = vethNames(networkId, 12, 'b');
    expect(parseHostLink(hostLink)).toEqual({
      networkIdStart: 'a1b2c3d',
      ofPort: 12,
      generation: 'b',
    });
    expect(parseHostLink('veth0123')).toBeUndefined();
  });

  test('of a datapath mark are read back', () => {
    expect(parseDpMark(dpMark(engine, networkId))).toEqual({ network: 'a1b2c3d4a1b2', engine });
    expect(parseDpMark('an office switch')).toBeUndefined();
  });

  test('derived datapath ids differ by host and by network and are never 0', () => {
    const ids = [deriveDpid('x', 'n'), deriveDpid('y', 'n'), deriveDpid('x', 'm')];
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(0n);
  });

  test('a derived MAC is the same for the same address, local and unicast', () => {
    const mac = deriveMac(networkId, { address: '10.9.0.2' });
    expect(mac).toBe(deriveMac(networkId, { address: '10.9.0.2' }));
    expect(mac).toMatch(/^02:..:0a:09:00:02$/);
    expect(deriveMac(networkId, { name: 'web' })).not.toBe(deriveMac(networkId, { name: 'db' }));
  });
});
