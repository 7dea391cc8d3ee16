import { run } from '@dovesnap/command';
import { buildProgram } from '@dovesnap/testkit';
import { expect, test } from 'vitest';

test('a reader that has gone is an error in one sentence, and no crash', async () => {
  await using program = await buildProgram(new URL('print-program.ts', import.meta.url));
  const sentence = 'standard output was closed by its reader\n';
  const into = async (reader: string): Promise<{ stdout: string; stderr: string }> =>
    await run('sh', [
      '-c',
      `{ "$0" "$1"; echo "code $?" >&2; } | ${reader}`,
      process.execPath,
      program.file,
    ]);
  expect(await into('true')).toEqual({ stdout: '', stderr: `${sentence}code 1\n` });
  expect(await into('head -c 2')).toEqual({ stdout: 'xx', stderr: `${sentence}code 1\n` });
  expect(await into('wc -c')).toEqual({ stdout: '1048576\n', stderr: 'code 0\n' });
  const full = await run('sh', [
    '-c',
    '"$0" "$1" > /dev/full || true',
    process.execPath,
    program.file,
  ]);
  expect(full.stderr).toMatch(/^ENOSPC: no space left on device, write\n$/);
});
