import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';

test('the first example of the README prints what the README says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const printed = /```text\n([\s\S]*?)```/.exec(readme)?.[1];
  const example = await readFile(new URL('../example/check-and-edit.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);

  let output = '';
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    output += `${values.map((v) => (typeof v === 'string' ? v : inspect(v))).join(' ')}\n`;
  });
  try {
    await import('../example/check-and-edit.ts');
  } finally {
    log.mockRestore();
  }
  expect(output).toBe(printed);
});
