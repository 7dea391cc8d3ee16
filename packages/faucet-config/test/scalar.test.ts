import { describe, expect, it } from 'vitest';
import { isUnreadable, keyId, resolvePlain } from '../src/yaml/scalar.ts';
import { type ScalarCase, scalarTable } from './scalar-table.ts';

describe('an unquoted scalar', () => {
  it.each(scalarTable)('%s is what Faucet takes it for', (...[source, type, value]: ScalarCase) => {
    const plain = resolvePlain(source);
    if (isUnreadable(plain)) {
      expect(type).toBe('unreadable');
      return;
    }
    const isDate = typeof plain === 'object' && plain !== null;
    expect(isDate ? 'date' : plain === null ? 'null' : typeof plain).toBe(type);
    if (value !== undefined) expect(plain).toBe(value);
  });
});

describe('a key', () => {
  it('is the same as another that Python would call equal', () => {
    expect(keyId(1n)).toBe(keyId(true));
    expect(keyId(1n)).toBe(keyId(1));
    expect(keyId(0n)).toBe(keyId(false));
    expect(keyId('1')).not.toBe(keyId(1n));
    expect(keyId(null)).not.toBe(keyId('null'));
    expect(keyId(1.5)).not.toBe(keyId(1n));
  });
});
