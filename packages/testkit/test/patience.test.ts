import { describe, expect, test } from 'vitest';
import { parsePatience } from '../src/patience.ts';

describe('the factor of all deadlines', () => {
  test.each([
    [undefined, 1],
    ['', 1],
    ['1', 1],
    ['7.5', 7.5],
    ['100', 100],
  ])('is read from %j', (text, factor) => {
    expect(parsePatience(text)).toBe(factor);
  });

  test.each(['0', '0.5', '101', '-3', 'slow', '10s'])('is not %j', (text) => {
    expect(() => parsePatience(text)).toThrow(
      `DOVESNAP_TEST_PATIENCE is a number from 1 to 100, not "${text}"`,
    );
  });
});
