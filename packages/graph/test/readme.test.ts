import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usage } from '../src/cli-options.ts';

const home = process.cwd();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-readme-'));
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

test('the example of the README runs and leaves the pictures that it promises', async () => {
  const readme = await read('../README.md');
  expect(/```ts\n(.*?)```/s.exec(readme)?.[1]).toBe(await read('./readme-example.ts'));
  await import('./readme-example.ts');
  const png = await readFile(join(folder, 'lab.png'));
  const size = `${png.readUInt32BE(16)} x ${png.readUInt32BE(20)}`;
  expect(readme).toContain(`\`lab.png\`, ${size} pixels`);
  expect(await readFile(join(folder, 'lab.svg'), 'utf8')).toContain('>web</text>');
});

test('the README shows the usage that the command prints', async () => {
  expect(await read('../README.md')).toContain(usage);
});
