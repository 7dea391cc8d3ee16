import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../lib/paths.mjs';

const folder = join(root, '.changeset');

/** A text goes into the changelog of each package that it names: one that names several speaks of others' business. */
it('each changeset speaks of one package', () => {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  const several = texts.filter(([, text]) => !/^---\n'[^']+': \w+\n---\n\n\S/.test(text));
  expect(several.map(([name]) => name)).toEqual([]);
});
