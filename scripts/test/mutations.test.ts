import { expect, test } from 'vitest';
import { mutate, mutations } from '../lib/mutations.mjs';
import { root } from '../lib/paths.mjs';

test.each(mutations)('mutation $name changes what the code says', async (mutation) => {
  const { original, text } = await mutate(root, mutation);
  expect(text).toBe(original.replace(mutation.before, () => mutation.after));
  expect(text).not.toBe(original);
});

test('a mutation of what the code does not say, or says twice, is refused by name', async () => {
  const mutation = { name: 'old', race: '', file: 'domain/port-life.ts', after: '' };
  await expect(mutate(root, { ...mutation, before: 'no such text' })).rejects.toThrow(
    'mutation old: apps/dovesnapd/src/domain/port-life.ts does not say\nno such text',
  );
  await expect(mutate(root, { ...mutation, before: 'readonly' })).rejects.toThrow(/says \d+ times/);
});
