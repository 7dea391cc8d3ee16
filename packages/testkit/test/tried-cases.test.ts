import { describe, expect, test } from 'vitest';
import { parseCases } from '../src/tried-cases.ts';

describe('which cases of a matrix are tried', () => {
  test.each([
    [undefined, 'first'],
    ['', 'first'],
    ['first', 'first'],
    ['all', 'all'],
  ])('is read from %j', (text, choice) => {
    expect(parseCases(text)).toBe(choice);
  });

  test.each(['ALL', 'none', '2'])('is not %j', (text) => {
    expect(() => parseCases(text)).toThrow(`DOVESNAP_TEST_CASES is first or all, not "${text}"`);
  });
});
