import { readFile } from 'node:fs/promises';
import type * as command from '@dovesnap/command';
import { printedBy, readmeBlocks, withNamespace } from '@dovesnap/testkit';
import { expect, test, vi } from 'vitest';

const inside = vi.hoisted(() => ({ path: '' }));

// The example works on the host; here its programs run in a namespace of the test.
vi.mock('@dovesnap/command', async (original) => {
  const real = await original<typeof command>();
  const run: command.Run = (file, args, options) =>
    inside.path === ''
      ? real.run(file, args, options)
      : real.run('nsenter', [`--net=${inside.path}`, '--', file, ...args], options);
  return { ...real, run };
});

test('the example of the README prints what the README says', async () => {
  const example = await readFile(new URL('../example/lab.ts', import.meta.url), 'utf8');
  const printed = await withNamespace(async ({ path, run }) => {
    inside.path = path;
    try {
      return await printedBy(() => import('../example/lab.ts'));
    } finally {
      inside.path = '';
      expect((await run('iptables-save', [])).stdout).not.toContain('LAB-');
    }
  });
  expect(await readmeBlocks(new URL('../README.md', import.meta.url))).toEqual([
    { language: 'sh', text: 'npm install @dovesnap/iptables-nat\n' },
    { language: 'ts', text: example },
    { language: 'text', text: printed },
  ]);
});
