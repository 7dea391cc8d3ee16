import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, median, percentile } from '../src/statistics.ts';

describe('median', () => {
  test('is the middle value of an odd number, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  test('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 2, 9])).toBe(3);
  });

  test('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('percentile', () => {
  test('takes the nearest rank', () => {
    const values = Array.from({ length: 20 }, (_, index) => index + 1);
    expect([50, 95, 100].map((percent) => percentile(values, percent))).toEqual([10, 19, 20]);
  });

  test('is one of the values, and at least that share of them is not above it', () => {
    const values = fc.array(fc.integer(), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (some, percent) => {
        const found = percentile(some, percent);
        const below = some.filter((value) => value <= found).length;
        expect(some).toContain(found);
        expect(below / some.length).toBeGreaterThanOrEqual(percent / 100);
      }),
    );
  });
});

describe('compare', () => {
  test('gives the quotient of the medians and the median of the quotients of each round', () => {
    expect(compare([2, 30, 8], [1, 10, 8])).toEqual({ ofMedians: 1, pairwise: 2 });
  });
});
