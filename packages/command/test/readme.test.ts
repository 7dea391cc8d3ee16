import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { uptime } from '../example/uptime.ts';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

test('the examples of the README do what the README says', async () => {
  let printed = '';
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed += `${values.map((v) => (typeof v === 'string' ? v : inspect(v))).join(' ')}\n`;
  });
  try {
    await import('../example/run-and-spawn.ts');
  } finally {
    log.mockRestore();
  }
  const blocks = (await read('../README.md')).matchAll(/^```(\w*)\n(.*?)^```$/gms);
  expect([...blocks].map(([, language, text]) => [language, text])).toEqual([
    ['sh', 'npm install @dovesnap/command\n'],
    ['ts', await read('../example/run-and-spawn.ts')],
    ['text', printed],
    ['ts', await read('../example/uptime.ts')],
  ]);
});

test('a function takes a run of the caller’s', async () => {
  const asked: string[] = [];
  const answer = await uptime(async (file) => {
    asked.push(file);
    return { stdout: 'up 3 days', stderr: '' };
  });
  expect([asked, answer]).toEqual([['uptime'], 'up 3 days']);
});
