import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const initScript = fileURLToPath(new URL('../assets/suite-init.sh', import.meta.url));

/** npm's own, of a Node that is installed below /usr. */
const globalNpmrc = '/usr/etc/npmrc';
const certificateVariables = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'PIP_CERT'];

/** How names are resolved on this machine. */
export const nameFiles = ['/etc/resolv.conf', '/etc/hosts'];

/**
 * How a program is run in the root of another suite.
 *
 * @typedef {object} EnterOptions
 * @property {'machine' | 'own'} network `own`: a network namespace of its own with nothing but loopback; `machine`: that
 *   of this machine, to install what comes from elsewhere
 * @property {string} [folder] where it starts; default `/`
 * @property {readonly string[]} [files] this machine's files that are seen inside as well; default: what npm, pip and
 *   TLS need to reach this machine's registries
 */

/**
 * The program, and its arguments, that runs `argv` in `root` as on a machine of its own: its mount, pid, ipc and uts
 * namespaces, its /proc, /sys, /run and /tmp. It ends with whoever waits for it, and everything in it with it.
 *
 * @param {string} root from `ensureSuiteRoot`
 * @param {readonly string[]} argv
 * @param {EnterOptions} options
 * @returns {{ file: string, args: string[] }}
 */
export function enterSuite(root, argv, { network, folder = '/', files }) {
  const spaces = ['--mount', '--pid', '--ipc', '--uts', ...(network === 'own' ? ['--net'] : [])];
  const seen = (files ?? machineFiles(network, process.env)).filter((file) => existsSync(file));
  return {
    file: 'setpriv',
    args: [
      ...['--pdeathsig', 'KILL', '--', 'unshare', ...spaces],
      ...['--fork', '--kill-child', '--propagation', 'private', '--', 'bash', initScript],
      ...[root, 'suite', network, seen.join(':'), folder, ...argv],
    ],
  };
}

/**
 * What npm, pip and everything that speaks TLS need to reach this machine's registries: bound for the time of a run, so
 * that nothing of it lies in the root.
 *
 * @param {'machine' | 'own'} network
 * @param {NodeJS.ProcessEnv} environment
 */
function machineFiles(network, environment) {
  const home = homedir();
  const files = [
    globalNpmrc,
    '/etc/npmrc',
    join(home, '.npmrc'),
    '/etc/pip.conf',
    join(home, '.pip', 'pip.conf'),
    join(home, '.config', 'pip', 'pip.conf'),
    '/etc/ssl/certs/ca-certificates.crt',
    ...certificateVariables.map((name) => environment[name] ?? ''),
    ...(network === 'machine' ? nameFiles : []),
  ];
  return [...new Set(files)].filter((file) => isAbsolute(file) && existsSync(file));
}

/**
 * The environment of a program in another root: this machine's, without what leads to its own tools and files. Of what
 * `npm run` sets, only the way to the registry stays; of the project's own variables, those that are for tests.
 *
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {NodeJS.ProcessEnv}
 */
export function suiteEnvironment(environment = process.env) {
  const registry = /^npm_config_(registry|cafile|strict_ssl|(https?_)?proxy|noproxy)$/i;
  const own =
    /^(PATH|TMPDIR|INIT_CWD|NODE|NODE_OPTIONS|npm_.*|DOVESNAP_(?!TEST_).*|DOCKER_.*|VITEST.*)$/i;
  const kept = Object.entries(environment).filter(
    ([name]) => registry.test(name) || !own.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    // Where npm looks follows from where node lies, which may be another place here.
    ...(existsSync(globalNpmrc) ? { NPM_CONFIG_GLOBALCONFIG: globalNpmrc } : {}),
  };
}
