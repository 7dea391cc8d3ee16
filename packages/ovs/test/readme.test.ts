import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import * as ovs from '../src/index.ts';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

it('lists every error code in the README, and no other', async () => {
  const source = await read('../src/error.ts');
  const union = /OvsErrorCode =([^;]+);/.exec(source)?.[1] ?? '';
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  const table = (await read('../README.md')).split('## Errors')[1] ?? '';
  const listed = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code);
  expect(listed).toEqual(codes);
});

it('names every function in the README', async () => {
  const readme = await read('../README.md');
  const functions = Object.keys(ovs).filter((name) => name !== 'OvsError');
  expect(functions.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
});
