import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, editDistance, misspelt } from '../../src/domain/closest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['vlan', 'vlan', 0],
    ['vlan', 'vlam', 1],
    ['mode', 'mod', 1],
    ['mode', '', 4],
    ['kitten', 'sitting', 3],
  ])('from %j to %j is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  it('is the same both ways and nought only between equals', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('closest and misspelt', () => {
  const known = ['status_port', 'status_host', 'ovsdb'];

  it('find the nearest name, case aside', () => {
    expect(closest('STATUS_PROT', known)).toBe('status_port');
    expect(misspelt('statushost', known)).toBe('status_host');
  });

  it('tell a slip of the pen from another word', () => {
    expect(closest('port', known)).toBe('ovsdb');
    expect(misspelt('port', known)).toBeUndefined();
  });

  it('take no time over a huge word', () => {
    expect(misspelt('x'.repeat(1_000_000), known)).toBeUndefined();
  });
});
