import { readFile } from 'node:fs/promises';
import { printedBy, readmeBlocks, withNamespace } from '@dovesnap/testkit';
import { expect, test } from 'vitest';

test('the example of the README prints what the README says', async () => {
  const example = await readFile(new URL('../example/two-namespaces.ts', import.meta.url), 'utf8');
  const run = () => import('../example/two-namespaces.ts');
  const inBox = () => withNamespace(run, { name: 'example-box' });
  const printed = await printedBy(() => withNamespace(inBox, { name: 'example-lab' }));
  expect(await readmeBlocks(new URL('../README.md', import.meta.url))).toEqual([
    { language: 'sh', text: 'npm install @dovesnap/netns\n' },
    { language: 'ts', text: example },
    { language: 'text', text: printed },
  ]);
});
