import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './paths.mjs';
import { attempt, run } from './program.mjs';

/**
 * Reads the version of Faucet that the requirements pin.
 *
 * @param {string} requirements
 */
export function pinnedFaucet(requirements) {
  const pinned = /^faucet==(\S+)$/m.exec(requirements);
  if (pinned?.[1] === undefined) throw new Error('the requirements pin no faucet');
  return pinned[1];
}

/** Installs Faucet and Gauge into a virtual environment of the repository. @throws StepError */
export async function installFaucet() {
  const version = pinnedFaucet(readFileSync(paths.faucetRequirements, 'utf8'));
  if (await runs(version)) return `${version} is there`;
  const log = join(paths.log, 'faucet-install.log');
  rmSync(paths.faucet, { recursive: true, force: true });
  await run('/usr/bin/python3', ['-m', 'venv', paths.faucet], {
    log,
    remedy: 'install the Debian packages python3 and python3-venv, then run the command again',
  });
  await run(
    join(paths.faucet, 'bin', 'python'),
    ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', paths.faucetRequirements],
    {
      // Faucet's setup.py else copies its sample configuration to /etc/faucet.
      env: { ...process.env, DEBINSTALL: '1' },
      log,
      remedy: 'check that the Python package index can be reached, then run the command again',
    },
  );
  return version;
}

/** An environment that was moved, or is half made, does not print its version. @param {string} version */
async function runs(version) {
  const bin = join(paths.faucet, 'bin');
  const said = await attempt(join(bin, 'faucet'), ['--version'], { timeoutMs: 30_000 });
  const gauge = await attempt(join(bin, 'gauge'), ['--version'], { timeoutMs: 30_000 });
  return said.code === 0 && said.stdout.includes(`Faucet ${version}`) && gauge.code === 0;
}
