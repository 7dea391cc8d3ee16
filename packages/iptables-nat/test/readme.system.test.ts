import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import type * as command from '@dovesnap/command';
import { withNamespace } from '@dovesnap/testkit';
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
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const printed = /```text\n([\s\S]*?)```/.exec(readme)?.[1];
  const example = await readFile(new URL('../example/lab.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);

  let output = '';
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    output += `${values.map((v) => (typeof v === 'string' ? v : inspect(v))).join(' ')}\n`;
  });
  await withNamespace(async ({ path, run }) => {
    inside.path = path;
    try {
      await import('../example/lab.ts');
    } finally {
      inside.path = '';
      log.mockRestore();
    }
    expect((await run('iptables-save', [])).stdout).not.toContain('LAB-');
  });
  expect(output).toBe(printed);
});
