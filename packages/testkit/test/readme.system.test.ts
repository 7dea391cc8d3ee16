import { readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { addPeer, openHost, readmeBlocks } from '../src/index.ts';

const readme = new URL('../README.md', import.meta.url);

test('the example of the README prints what it says', async () => {
  const text = await readFile(readme, 'utf8');
  const blocks = await readmeBlocks(readme);
  expect(blocks.map(({ language }) => language)).toEqual(['ts']);
  const code = blocks[0]?.text ?? '';
  const body = code.replace(/^import .*$/m, '');
  const print = vi.fn();
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const example = new AsyncFunction('openHost', 'addPeer', 'console', body);
  await example(openHost, addPeer, { log: print });
  expect(print).toHaveBeenCalledExactlyOnceWith(['203.0.113.2']);
  expect(text).toContain("It prints `[ '203.0.113.2' ]`");
});
