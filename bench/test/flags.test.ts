import { describe, expect, test } from 'vitest';
import { parseFlags } from '../src/flags.ts';

describe('the flags of the bench', () => {
  test('without any everything is measured and kept', () => {
    expect(parseFlags([])).toMatchObject({ keep: true, sizes: [10, 100, 500] });
  });

  test('what is quick or a part only is not kept', () => {
    expect(parseFlags(['--quick']).keep).toBe(false);
    expect(parseFlags(['--only', 'micro'])).toMatchObject({ keep: false, only: ['micro'] });
    expect(parseFlags(['--only', 'throughput', '--streams', '3'])).toMatchObject({ streams: 3 });
  });

  test('sizes are put in order', () => {
    expect(parseFlags(['--sizes', '100,20']).sizes).toEqual([20, 100]);
  });

  test.each([
    [['--only', 'all'], /"all" cannot be measured/],
    [['--rounds', '0'], /--rounds takes whole numbers above 0/],
    [['--sizes', '10,x'], /--sizes takes whole numbers above 0, not "x"/],
  ])('%j is refused', (argv, why) => {
    expect(() => parseFlags(argv)).toThrow(why);
  });
});
