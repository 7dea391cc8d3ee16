import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { run, type SpawnOptions, spawn } from '../src/index.ts';
import { alive } from './alive.ts';

/** Runs a program of its own that starts `sleep` with these options. Gives the pid of the `sleep`. */
async function startAndEnd(options: SpawnOptions, then = ''): Promise<number> {
  // Built inside the package: plain Node reads no TypeScript, and execa is found from here only.
  const built = await mkdtemp(new URL('../node_modules/.ends-', import.meta.url).pathname);
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  try {
    const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
    const output = ['--format', 'esm', '--out-dir', built, '--no-config', '--external', 'execa'];
    await run(`${root}/node_modules/.bin/tsup`, [entry, ...output]);
    const source = `import { spawn } from '${built}/index.js'
      const child = spawn('sleep', ['30'], ${JSON.stringify(options)})
      console.log(child.pid)
      ${then}`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], {
      deadline: 8000,
    });
    return Number(stdout);
  } finally {
    await rm(built, { recursive: true });
  }
}

test('lets a detached program outlive the process that started it, which ends at once', async () => {
  const pid = await startAndEnd({ detached: true });
  expect(alive(pid)).toBe(true);
  process.kill(pid);
});

test('ends a program in the background with the process that started it, which ends at once', async () => {
  const pid = await startAndEnd({ background: true });
  await vi.waitFor(async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: gone');
    // Process 1 may take its time to bury it.
    expect(status).toMatch(/^State:\s+(gone|Z)/m);
  }, 5000);
});

test.each([{ background: true }, { detached: true }])(
  'lives until a program that it closes has ended, though it would not live for it: %j',
  async (options) => expect(alive(await startAndEnd(options, 'await child.close()'))).toBe(false),
);

test('kills a program that ignores SIGTERM two seconds after close', async () => {
  const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done']);
  for await (const line of child.lines) if (line.text === 'ready') break;
  await child.close();
  expect(await child.exited).toEqual({ code: undefined, signal: 'SIGKILL' });
});
