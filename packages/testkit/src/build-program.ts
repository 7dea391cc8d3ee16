import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@dovesnap/command';
import { type TempDir, tempDir } from './temp-dir.ts';

const root = new URL('../../../', import.meta.url);

/** A program in a directory of its own. `await using` removes it at the end of the block. */
export interface BuiltProgram extends TempDir {
  /** The file to run with Node. */
  readonly file: string;
}

/**
 * Bundles a module that exports `main(...args)` together with the sources of the packages into a program that calls and
 * awaits `main`. Node runs this program without any part of the test, so its process ends exactly as a user's would.
 */
export async function buildProgram(entry: URL): Promise<BuiltProgram> {
  const dir = await tempDir('program');
  const tsup = fileURLToPath(new URL('node_modules/tsup/dist/cli-default.js', root));
  const source = `--entry.main=${fileURLToPath(entry)}`;
  const flags = ['--format=cjs', '--no-config', '--silent', `--out-dir=${dir.path}`];
  await run(process.execPath, [tsup, source, ...flags], { cwd: fileURLToPath(root) });
  const file = join(dir.path, 'program.mjs');
  await writeFile(
    file,
    `import { createRequire } from 'node:module';
const { main } = createRequire(import.meta.url)('./main.cjs');
await main(...process.argv.slice(2));
`,
  );
  return { ...dir, file };
}
