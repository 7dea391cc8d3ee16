import { mkdtemp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run, spawn } from '../src/index.ts';
import { alive } from './alive.ts';

test('lets a detached program outlive the process that started it, which ends at once', async () => {
  // Built inside the package: plain Node reads no TypeScript, and execa is found from here only.
  const built = await mkdtemp(new URL('../node_modules/.detach-', import.meta.url).pathname);
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  let pid = Number.NaN;
  try {
    const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
    const output = ['--format', 'esm', '--out-dir', built, '--no-config', '--external', 'execa'];
    await run(`${root}/node_modules/.bin/tsup`, [entry, ...output]);
    const source = `import { spawn } from '${built}/index.js'
      console.log(spawn('sleep', ['30'], { detached: true }).pid)`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], {
      deadline: 8000,
    });
    pid = Number(stdout);
    expect(alive(pid)).toBe(true);
  } finally {
    if (!Number.isNaN(pid)) process.kill(pid);
    await rm(built, { recursive: true });
  }
});

test('kills a program that ignores SIGTERM two seconds after close', async () => {
  const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done']);
  for await (const line of child.lines) if (line.text === 'ready') break;
  await child.close();
  expect(await child.exited).toEqual({ code: undefined, signal: 'SIGKILL' });
});
