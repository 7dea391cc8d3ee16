import { expect, test } from 'vitest';
import { walk } from './walk.ts';

/** How many steps a walk has when nobody asks for another number. */
const usualLength = 25;

/**
 * Defines a test for each walk of two: `odd` or `even` seeds, so that two processes share them. `DOVESNAP_WALKS=1-500x60` walks
 * others than the usual ones, of 60 steps each, and `DOVESNAP_WALKS=7-8` two of them again.
 */
export function testWalks(which: 'odd' | 'even'): void {
  const asked = process.env.DOVESNAP_WALKS ?? '1-200';
  const [from = 1, to = from, length = usualLength] = asked.split(/[-x]/).map(Number);
  const all = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const seeds = all.filter((seed) => seed % 2 === (which === 'odd' ? 1 : 0));
  let total = 0;
  const meet = async (seed: number): Promise<void> => {
    const { steps, wrong, opened } = await walk(seed, length);
    total += opened;
    const told = steps.map(({ what, outcome }) => `${what}: ${outcome}`).join('\n');
    expect(wrong, told).toBeUndefined();
  };
  for (const seed of seeds) {
    test(`walk ${seed} meets nothing that must not be`, () => meet(seed));
  }
  test('they open ports of containers', () => {
    expect(total).toBeGreaterThan(seeds.length);
  });
}
