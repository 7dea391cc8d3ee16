import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findPodmanAlias } from './docker-client.mjs';
import { paths } from './paths.mjs';
import { parsePolicy, planPackages } from './plan-packages.mjs';
import { findProgram, run } from './program.mjs';
import { isThere, systemRequirements, testRequirements } from './requirements.mjs';
import { StepError } from './step-error.mjs';

/** @typedef {import('./requirements.mjs').Requirement} Requirement */

/** Installs what the machine lacks, starting none of the services. @throws StepError */
export function installSystemPackages() {
  return installMissing(systemRequirements());
}

/** Installs what only tests and bench need. @throws StepError */
export function installTestPackages() {
  return installMissing(testRequirements);
}

/**
 * Installs the packages that bring what is missing of this.
 *
 * @param {readonly Requirement[]} wanted
 * @throws StepError
 */
export async function installMissing(wanted) {
  const missing = wanted.filter((requirement) => !isThere(requirement));
  if (missing.length === 0) return 'all there';
  refuseToInstall(missing.map(({ what }) => what));
  await aptUpdate();
  const names = [...new Set(wanted.flatMap((requirement) => requirement.packages))];
  const { packages, problems } = planPackages(wanted, isThere, await knownPackages(names));
  if (problems.length > 0) {
    throw new StepError(problems.join('\n'), {
      remedy:
        'install what is named above from where the rest of it came, then run the command again',
    });
  }
  await withServicesHeldBack(() => aptInstall(packages));
  const still = missing.filter((requirement) => !isThere(requirement)).map(({ what }) => what);
  if (still.length === 0) return `installed ${packages.join(', ')}`;
  throw new StepError(
    `${packages.join(', ')} are installed, and still missing: ${still.join(', ')}`,
    {
      remedy: `"apt-get install --reinstall ${packages.join(' ')}" puts back what was removed by hand`,
    },
  );
}

/** @param {readonly string[]} missing @throws StepError where installing is not ours to do */
function refuseToInstall(missing) {
  if (process.getuid?.() !== 0) {
    throw new StepError(`only root can install what is missing: ${missing.join(', ')}`, {
      remedy: 'run the command again as root',
    });
  }
  if (findProgram('apt-get') === undefined) {
    throw new StepError(
      `this machine has no apt-get, and these are missing: ${missing.join(', ')}`,
      {
        remedy: 'install them, then run the command again',
      },
    );
  }
  const alias = findPodmanAlias();
  if (alias === undefined || !missing.includes('docker')) return;
  throw new StepError(
    `${alias} is Podman's, not Docker's: Podman has no drivers such as this one`,
    {
      remedy:
        'remove it ("apt-get remove podman-docker"), then run the command again; Podman itself may stay',
    },
  );
}

/** @param {readonly string[]} names */
async function knownPackages(names) {
  const env = { ...process.env, LC_ALL: 'C' };
  return parsePolicy(await run('apt-cache', ['policy', ...names], { env }));
}

const remedy = "check apt's sources (/etc/apt) and the network, then run the command again";
const settings = ['-o', 'DPkg::Lock::Timeout=300'];
const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

async function aptUpdate() {
  const log = `${paths.log}/apt-update.log`;
  await run('apt-get', [...settings, 'update'], { env: aptEnvironment, remedy, log });
}

/**
 * Installs packages; never at the price of one that is there.
 *
 * @param {readonly string[]} packages
 * @throws StepError
 */
async function aptInstall(packages) {
  const install = ['install', '-y', '--no-remove', '--no-install-recommends', ...packages];
  const log = `${paths.log}/apt-install.log`;
  await run('apt-get', [...settings, ...install], { env: aptEnvironment, remedy, log });
}

const servicePolicy = '/usr/sbin/policy-rc.d';

/**
 * Packages ask this file whether they may start their services (invoke-rc.d(8); 101 says no). One that is there is the
 * administrator's and is kept.
 *
 * @param {() => Promise<void>} act
 */
async function withServicesHeldBack(act) {
  if (existsSync(servicePolicy)) return act();
  const remove = () => rmSync(servicePolicy, { force: true });
  writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  process.once('exit', remove);
  try {
    await act();
  } finally {
    process.off('exit', remove);
    remove();
  }
}
