import { expect, it } from 'vitest';
import { backoffMs } from '../../src/domain/backoff.ts';

it('doubles the pause with each failure, up to a minute', () => {
  const pauses = Array.from({ length: 9 }, (_, index) => backoffMs(index + 1) / 1000);
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it.each([0, -1, 1e9])('has a pause of a second to a minute after %d failures', (failures) => {
  expect(backoffMs(failures)).toBeGreaterThanOrEqual(1000);
  expect(backoffMs(failures)).toBeLessThanOrEqual(60_000);
});
