import { existsSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';
import { run } from './program.mjs';

/**
 * Copies the project as git knows it; what is installed is that of the original.
 *
 * @param {string} to
 */
export async function copyProject(to) {
  const known = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = (await run('git', ['-C', root, ...known]))
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    await mkdir(join(to, folder), { recursive: true });
    const installed = join(root, folder, 'node_modules');
    if (existsSync(installed)) await symlink(installed, join(to, folder, 'node_modules'));
  }
  for (const file of files) await cp(join(root, file), join(to, file));
}
