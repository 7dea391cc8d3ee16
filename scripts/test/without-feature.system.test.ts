import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TempDir, tempDir } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyProject } from '../lib/copy-project.mjs';
import { root } from '../lib/paths.mjs';
import { attempt } from '../lib/program.mjs';

const daemon = 'apps/dovesnapd';
const list = `${daemon}/src/features/features.ts`;
const all = (await readdir(join(root, daemon, 'src/features'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Deletes the folders of a feature, and its lines in the list; returns what puts the source back. */
async function removeFeature(project: string, feature: string): Promise<() => Promise<void>> {
  for (const part of ['src', 'test']) {
    await rm(join(project, daemon, part, 'features', feature), { recursive: true });
  }
  const text = await readFile(join(project, list), 'utf8');
  const lines = text.split('\n');
  const name = feature.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const rest = lines.filter((line) => !new RegExp(`\\b${name}\\(|/${feature}/`).test(line));
  expect(lines.length - rest.length).toBe(2);
  await writeFile(join(project, list), rest.join('\n'));
  return async () => {
    await writeFile(join(project, list), text);
    for (const part of ['src', 'test']) {
      const folder = join(daemon, part, 'features', feature);
      await cp(join(root, folder), join(project, folder), { recursive: true });
    }
  };
}

// One copy for all of them, so that the compiler reads only the first time what no feature changes.
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir('without-feature');
  await copyProject(dir.path);
});

afterAll(async () => {
  await dir?.remove();
});

describe.each(all)('a daemon without the folder of %s', (feature) => {
  let putBack: () => Promise<void>;
  const check = async (program: string, ...args: readonly string[]) => {
    const file = join(root, 'node_modules/.bin', program);
    const { code, stdout, stderr } = await attempt(file, args, { cwd: dir.path });
    expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  };

  beforeAll(async () => {
    putBack = await removeFeature(dir.path, feature);
  });

  afterAll(() => putBack());

  test('has types that fit', async () => {
    const incremental = ['--incremental', '--tsBuildInfoFile', '.types.tsbuildinfo'];
    await check('tsc', '--noEmit', '-p', 'tsconfig.json', ...incremental);
  }, 180_000);

  test('has nothing that is not used', () => check('knip'), 180_000);

  test('passes the tests that are left', async () => {
    const project = ['--config', 'vitest.projects.ts', '--project', 'unit'];
    await check('vitest', 'run', ...project, `${daemon}/test`);
  }, 180_000);
});
