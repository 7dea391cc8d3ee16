import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readmeBlocks } from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usage } from '../src/cli-options.ts';
import { type Topology, toJson, toPng } from '../src/index.ts';
import { type CliEdges, runCli } from '../src/run-cli.ts';

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

const smallest: Topology = { bridges: [{ name: 'lab0', ports: [] }] };

const readme = new URL('../README.md', import.meta.url);

test('the example of the README runs and leaves the pictures that it promises', async () => {
  const example = await readFile(new URL('./readme-example.ts', import.meta.url), 'utf8');
  expect(await readmeBlocks(readme)).toEqual([
    { language: 'sh', text: 'npm install @dovesnap/graph\n' },
    { language: 'ts', text: example },
    { language: 'sh', text: 'dovesnap-graph -o lab.png --input lab.json\n' },
    { language: 'text', text: usage },
  ]);
  await import('./readme-example.ts');
  const png = await readFile(join(folder, 'lab.png'));
  const size = `${png.readUInt32BE(16)} x ${png.readUInt32BE(20)}`;
  expect(await readFile(readme, 'utf8')).toContain(`\`lab.png\`, ${size} pixels`);
  expect(await readFile(join(folder, 'lab.svg'), 'utf8')).toContain('>web</text>');
});

test('the command of the README draws a topology from a file', async () => {
  const command = (await readmeBlocks(readme))[2]?.text.trim() ?? '';
  const written = new Map<string, string | Uint8Array>();
  const edges: CliEdges = {
    version: '1.2.3',
    read: async (path) => (path === 'lab.json' ? toJson(smallest) : ''),
    write: async (path, content) => void written.set(path, content),
    complain: (text) => expect.fail(text),
  };
  expect(await runCli(command.split(' ').slice(1), edges)).toBe(0);
  expect(written.get('lab.png')).toEqual(await toPng(smallest));
});
