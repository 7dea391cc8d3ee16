import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCommand, run } from '../src/index.ts';

test('leaves plain words alone and quotes the others', () => {
  expect(formatCommand(['ip', '-batch', '-'])).toBe('ip -batch -');
  expect(formatCommand(['echo', 'a b', "it's", ''])).toBe(`echo 'a b' 'it'\\''s' ''`);
});

test('prints what a shell reads back as the same words', async () => {
  const word = fc.string({ unit: fc.constantFrom(...`ab '"\\$\`*?~#;&|<>()[]{}!\n\t-=`) });
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 5 }), async (words) => {
      const { stdout } = await run('sh', ['-c', formatCommand(['printf', '%s\\0', ...words])]);
      expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 40 },
  );
});
