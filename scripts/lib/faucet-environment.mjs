import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './paths.mjs';
import { attempt, run } from './program.mjs';

/** @typedef {'faucet' | 'c65faucet'} Flavour */

/**
 * Reads the version of Faucet that the requirements pin.
 *
 * @param {string} requirements
 * @param {Flavour} flavour
 */
export function pinnedFaucet(requirements, flavour) {
  const pinned = new RegExp(`^${flavour}==(\\S+)$`, 'm').exec(requirements);
  if (pinned?.[1] === undefined) throw new Error(`the requirements pin no ${flavour}`);
  return pinned[1];
}

/**
 * Installs Faucet and Gauge into a virtual environment of the repository.
 *
 * @param {Flavour} flavour
 * @throws StepError
 */
export async function installFaucet(flavour) {
  const { environment, requirements } = paths.python[flavour];
  const version = pinnedFaucet(readFileSync(requirements, 'utf8'), flavour);
  if (await runs(environment, version)) return `${version} is there`;
  const log = join(paths.log, `${flavour}-install.log`);
  rmSync(environment, { recursive: true, force: true });
  await run('/usr/bin/python3', ['-m', 'venv', environment], {
    log,
    remedy: 'install the Debian packages python3 and python3-venv, then run the command again',
  });
  await run(
    join(environment, 'bin', 'python'),
    ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', requirements],
    {
      // Faucet's setup.py else copies its sample configuration to /etc/faucet.
      env: { ...process.env, DEBINSTALL: '1' },
      log,
      remedy: 'check that the Python package index can be reached, then run the command again',
    },
  );
  return version;
}

/** An emulated processor takes most of a minute; what is given up on is installed again. */
const versionMs = 300_000;

/**
 * An environment that was moved, or is half made, does not print its version.
 *
 * @param {string} environment
 * @param {string} version
 */
async function runs(environment, version) {
  const bin = join(environment, 'bin');
  const faucet = await attempt(join(bin, 'faucet'), ['--version'], { timeoutMs: versionMs });
  const gauge = await attempt(join(bin, 'gauge'), ['--version'], { timeoutMs: versionMs });
  return faucet.code === 0 && faucet.stdout.includes(version) && gauge.code === 0;
}
