import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Everything that the scripts make lies in here; git does not see it. */
const state = join(root, '.state');

/** @param {string} flavour */
function pythonPaths(flavour) {
  return {
    environment: join(state, flavour),
    requirements: join(root, 'scripts', 'requirements', `${flavour}.txt`),
  };
}

/** Where each thing lies. */
export const paths = {
  log: join(state, 'log'),
  records: join(state, 'run'),
  reports: join(state, 'reports'),
  suites: join(state, 'suites'),
  guest: join(state, 'guest'),
  pnpm: join(state, 'pnpm'),
  pnpmBin: join(state, 'pnpm', 'node_modules', '.bin'),
  python: { faucet: pythonPaths('faucet'), c65faucet: pythonPaths('c65faucet') },
  config: join(state, 'etc'),
  daemon: join(root, 'apps', 'dovesnapd', 'dist', 'main.js'),
  graph: join(root, 'packages', 'graph', 'dist', 'cli.js'),
  picture: join(root, 'dovesnap.png'),
};

/** The environment that tools and tests get: our pnpm first, nobody is told what we do. */
export function toolEnvironment(environment = process.env) {
  return {
    ...environment,
    PATH: `${paths.pnpmBin}:${environment.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin'}`,
    DOVESNAP_FAUCET_VENV: paths.python.faucet.environment,
    DOVESNAP_C65FAUCET_VENV: paths.python.c65faucet.environment,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
}
