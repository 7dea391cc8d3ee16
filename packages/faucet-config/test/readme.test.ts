import { readFile } from 'node:fs/promises';
import { printedBy, readmeBlocks } from '@dovesnap/testkit';
import { expect, test } from 'vitest';

test('the example of the README prints what the README says', async () => {
  const example = await readFile(new URL('../example/check-and-edit.ts', import.meta.url), 'utf8');
  expect(await readmeBlocks(new URL('../README.md', import.meta.url))).toEqual([
    { language: 'sh', text: 'npm install @dovesnap/faucet-config\n' },
    { language: 'ts', text: example },
    { language: 'text', text: await printedBy(() => import('../example/check-and-edit.ts')) },
  ]);
});
