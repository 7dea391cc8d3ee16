import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, toolEnvironment } from './paths.mjs';
import { run } from './program.mjs';

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {boolean} [private]
 * @property {Readonly<Record<string, string>>} [dependencies]
 */

/** The packages that are published. */
export function publishedPackages() {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((name) => {
      const folder = join(root, group, name);
      /** @type {Manifest} */
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return manifest.private ? [] : [{ folder, manifest }];
    }),
  );
}

/**
 * Packs them as for a release, but for where they come from; answers the paths of the tarballs. They have to be built.
 *
 * @param {string} destination A folder that is there.
 */
export async function packForTrial(destination) {
  const env = { ...toolEnvironment(), DOVESNAP_TRIAL_PACK: 'true' };
  for (const { folder } of publishedPackages()) {
    await run('pnpm', ['pack', '--pack-destination', destination], { cwd: folder, env });
  }
  return readdirSync(destination)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(destination, name));
}
