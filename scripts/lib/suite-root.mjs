import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { formatSources, readAptSources, retarget } from './apt-sources.mjs';
import { paths } from './paths.mjs';
import { attempt, run } from './program.mjs';
import { StepError } from './step-error.mjs';
import { enterSuite, nameFiles, suiteEnvironment } from './suite-enter.mjs';
import { installMissing } from './system-packages.mjs';

/** What the two commands ask for: a fresh Debian with these can run them. */
export const basePackages = ['ca-certificates', 'nodejs', 'npm', 'git'];

const scripts = '/usr/share/debootstrap/scripts';
const debianKeys = '/usr/share/keyrings/debian-archive-keyring.gpg';
const remedy = 'can the mirror that /etc/apt names be reached?';
const bundle = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Makes a root file system of another Debian suite, from this machine's own mirror; one that is there is used as it is.
 * It is built beside its place and renamed into it, so that what is there is whole.
 *
 * @param {string} suite its code name, `trixie`
 * @param {{ packages?: readonly string[], name?: string }} [options] `packages`: what is in it besides the base system;
 *   `name`: of its folder, when one suite has several roots; default the suite's
 * @returns {Promise<string>} its folder
 * @throws StepError
 */
export async function ensureSuiteRoot(suite, options = {}) {
  const { packages = basePackages, name = suite } = options;
  const folder = join(paths.suites, name);
  if (existsSync(folder)) return folder;
  const sources = suiteSources(suite);
  const building = `${folder}.new`;
  mkdirSync(paths.suites, { recursive: true });
  await removeTree(building);
  await bootstrap(suite, building, sources);
  writeAptFiles(building, sources);
  // A machine that was installed has it, a root that was bootstrapped has not.
  writeFileSync(join(building, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  await installPackages(building, packages, join(paths.log, `suite-${name}.log`));
  renameSync(building, folder);
  return folder;
}

/**
 * Removes a root.
 *
 * @param {string} folder
 * @throws StepError
 */
export async function removeTree(folder) {
  // Never over a mount: what is mounted below was not made here.
  await run('rm', ['--recursive', '--force', '--one-file-system', folder]);
}

/** @param {string} suite */
function suiteSources(suite) {
  if (!/^[a-z]+$/.test(suite)) {
    throw new StepError(`"${suite}" is no suite of Debian: its code name is accepted, as "trixie"`);
  }
  const own = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const sources = own === undefined ? [] : retarget(readAptSources(), own, suite);
  if (sources.some(({ suites }) => suites.includes(suite))) return sources;
  throw new StepError(`apt's sources on this machine do not name ${own ?? 'its suite'}`, {
    remedy:
      'a root of another Debian suite comes from the mirror that /etc/apt names: run this on Debian',
  });
}

/**
 * @param {string} suite
 * @param {string} folder
 * @param {readonly import('./apt-sources.mjs').AptSource[]} sources
 */
async function bootstrap(suite, folder, sources) {
  await installMissing([{ what: 'debootstrap', packages: ['debootstrap'] }]);
  const main = sources.find(({ suites }) => suites.includes(suite));
  const named = main?.options['Signed-By'] ?? '';
  const keys = named.startsWith('/') ? named : debianKeys;
  // A suite that is newer than debootstrap is installed as the one that all of them come from.
  const script = existsSync(join(scripts, suite)) ? [] : [join(scripts, 'sid')];
  const log = join(paths.log, `debootstrap-${suite}.log`);
  const place = [suite, folder, main?.uris[0] ?? '', ...script];
  const options = ['--foreign', '--variant=minbase', `--keyring=${keys}`];
  await run('debootstrap', [...options, ...place], { log, remedy });
  // It is thrown away when the power fails, so it need not survive that: ten times faster on a busy disk.
  writeFileSync(join(folder, 'etc/dpkg/dpkg.cfg.d/unsafe-io'), 'force-unsafe-io\n');
  // What it mounts goes with the namespace; it has yet to install what `enterSuite` needs of a root.
  const spaces = ['--mount', '--pid', '--fork', '--kill-child', '--', 'chroot', folder];
  const env = suiteEnvironment();
  const stage = ['/debootstrap/debootstrap', '--second-stage'];
  await run('unshare', [...spaces, ...stage], { env, log: `${log}.2` });
}

/**
 * @param {string} root
 * @param {readonly import('./apt-sources.mjs').AptSource[]} sources
 */
function writeAptFiles(root, sources) {
  const keys = sources.map(({ options }) => options['Signed-By'] ?? '');
  for (const key of keys.filter((key) => key.startsWith('/'))) {
    if (existsSync(join(root, key))) continue;
    mkdirSync(dirname(join(root, key)), { recursive: true });
    copyFileSync(key, join(root, key));
  }
  writeFileSync(join(root, 'etc/apt/sources.list'), '');
  writeFileSync(join(root, 'etc/apt/sources.list.d/debian.sources'), formatSources(sources));
  if (existsSync(bundle)) copyFileSync(bundle, join(root, 'etc/apt/machine.crt'));
}

/**
 * @param {string} root
 * @param {readonly string[]} packages
 * @param {string} log
 */
async function installPackages(root, packages, log) {
  const settings = await aptSettings();
  writeFileSync(join(root, 'etc/apt/apt.conf.d/80machine'), settings);
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  for (const args of [['update'], install, ['clean']]) await runIn(root, ['apt-get', ...args], log);
}

/**
 * @param {string} root
 * @param {readonly string[]} argv
 * @param {string} log
 */
async function runIn(root, argv, log) {
  const { file, args } = enterSuite(root, argv, {
    network: 'machine',
    // Not the certificates: the package that is being installed writes them.
    files: nameFiles,
  });
  const env = { ...suiteEnvironment(), DEBIAN_FRONTEND: 'noninteractive' };
  await run(file, args, { env, log, remedy });
}

/** How apt reaches the mirror from this machine: proxies, and what it checks of an index. */
async function aptSettings() {
  const { stdout } = await attempt('apt-config', ['dump']);
  const lines = stdout
    .split('\n')
    .filter((line) => /^Acquire::(Check-|https?::|Retries|ForceIPv)/.test(line));
  return `${['Acquire::https::CAInfo "/etc/apt/machine.crt";', ...lines].join('\n')}\n`;
}
