import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { type PrivateOvs, privateOvs } from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let ovs: PrivateOvs;
let asked: string | undefined;

vi.mock(import('@dovesnap/ovs'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    // The example names the usual socket; here that place is taken by a private switch.
    connectOvsdb: (target, options) => {
      asked = target;
      return original.connectOvsdb(ovs.dbTarget, options);
    },
  };
});

beforeAll(async () => {
  ovs = await privateOvs();
});

afterAll(async () => await ovs?.close());

it('runs the example of the README, which prints what the README says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = await readFile(new URL('../example/lab.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  const printed = /```text\n([\s\S]*?)```/.exec(readme)?.[1];
  let output = '';
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    output += `${values.map((v) => (typeof v === 'string' ? v : inspect(v))).join(' ')}\n`;
  });
  try {
    await import('../example/lab.ts');
  } finally {
    log.mockRestore();
  }
  expect(output).toBe(printed);
  expect(asked).toBe('unix:/run/openvswitch/db.sock');
});
