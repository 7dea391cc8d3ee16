import { readFile } from 'node:fs/promises';
import { spawn } from '@dovesnap/command';
import { type BuiltProgram, buildProgram, until, withNamespace } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram(new URL('holding-program.ts', import.meta.url));
});
afterAll(async () => await program.remove());

/** Whether a process has ended. Its parent may be slow to bury it. */
const hasEnded = async (pid: number): Promise<boolean> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: X');
  return /^State:\s+[ZX]/m.test(status);
};

describe('a program of its own with a long-lived ip', () => {
  it.each([
    ['ends by itself when it waits for nothing', 'idle'],
    ['lives as long as it waits for a change', 'waiting'],
    ['ends ip with the handle', 'closing'],
  ])('%s', async (_title, what) => {
    await withNamespace(async ({ path }) => {
      const argv = [`--net=${path}`, '--', process.execPath, program.file, what];
      const child = spawn('nsenter', argv);
      const said: string[] = [];
      for await (const { text } of child.lines) {
        said.push(text);
        if (text === 'ready') process.kill(Number(said[0]), 'SIGCONT');
        if (text === 'over' && what === 'closing')
          expect(await hasEnded(Number(said[0]))).toBe(true);
      }
      expect(await child.exited).toEqual({ code: 0, signal: undefined });
      expect(said.at(-1)).toBe('over');
      await until(() => hasEnded(Number(said[0])), { what: 'the end of ip' });
    });
  });
});
