import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths, root, toolEnvironment } from './paths.mjs';
import { run } from './program.mjs';

const remedy =
  'can the package registry be reached, and does pnpm-lock.yaml fit every package.json? Then run the command again';

/**
 * Reads the version of pnpm that package.json pins.
 *
 * @param {string} packageJson
 */
export function pinnedPnpm(packageJson) {
  const pinned = /^pnpm@(\d+\.\d+\.\d+)$/.exec(JSON.parse(packageJson).packageManager ?? '');
  if (pinned?.[1] === undefined)
    throw new Error('package.json pins no exact pnpm in "packageManager"');
  return pinned[1];
}

/** Installs the pinned pnpm into the repository's own state, never globally. @throws StepError */
export async function installPnpm() {
  const version = pinnedPnpm(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = join(paths.pnpm, 'node_modules', 'pnpm', 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) {
    return `${version} is there`;
  }
  const options = ['--no-audit', '--no-fund', '--no-save', '--no-package-lock', '--ignore-scripts'];
  await run('npm', ['install', '--prefix', paths.pnpm, ...options, `pnpm@${version}`], {
    cwd: root,
    remedy,
    log: join(paths.log, 'pnpm.log'),
  });
  return version;
}

/** Installs the workspace's dependencies exactly as the lockfile has them. @throws StepError */
export async function installDependencies() {
  await run(join(paths.pnpmBin, 'pnpm'), ['install', '--frozen-lockfile'], {
    cwd: root,
    // Without CI pnpm asks before it replaces a node_modules made by another version, and nobody is there to answer.
    env: { ...toolEnvironment(), CI: 'true' },
    remedy,
    log: join(paths.log, 'dependencies.log'),
  });
}

/** Builds every package and the daemon. @throws StepError */
export async function buildAll() {
  await run(
    join(paths.pnpmBin, 'pnpm'),
    ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'],
    {
      cwd: root,
      env: toolEnvironment(),
      remedy: 'the first error in the output says which file; "npm run check" says more',
      log: join(paths.log, 'build.log'),
    },
  );
}
