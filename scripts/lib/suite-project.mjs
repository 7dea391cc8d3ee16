import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root as repository } from './paths.mjs';
import { run } from './program.mjs';

/** Where the project lies in a root of another suite. */
export const projectFolder = '/srv/dovesnap';

/**
 * Puts this working tree into a root of another suite: what git knows of and what it has yet to be told of. What the
 * project has installed and built there stays.
 *
 * @param {string} root
 * @throws StepError
 */
export async function copyProject(root) {
  const target = join(root, projectFolder);
  const manifest = join(target, '.state', 'copied');
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const known = (await run('git', ['-C', repository, ...list])).split('\0');
  const files = known.filter((file) => file !== '' && existsSync(join(repository, file)));
  const before = existsSync(manifest) ? readFileSync(manifest, 'utf8').split('\0') : [];
  const wanted = new Set(files);
  for (const file of before.filter((file) => file !== '' && !wanted.has(file))) {
    rmSync(join(target, file), { force: true });
  }
  for (const file of files) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    copyFileSync(join(repository, file), join(target, file));
  }
  mkdirSync(dirname(manifest), { recursive: true });
  writeFileSync(manifest, files.join('\0'));
}
