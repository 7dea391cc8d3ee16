import { expect, test } from 'vitest';
import { longestGap } from '../src/longest-gap.ts';

test('the gap that a moment falls into counts from its start', () => {
  expect(longestGap([0, 50, 100, 700, 750], 300)).toBe(600);
});

test('gaps that were over before do not count', () => {
  expect(longestGap([0, 900, 950, 1000], 920)).toBe(50);
});
