import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestkitError } from './error.ts';

/**
 * Which Faucet: the upstream version (eventlet), or the fork with native threads. Both are on PyPI under these names.
 */
export type FaucetFlavour = 'faucet' | 'c65faucet';

/** The location of a Faucet installation. */
export interface FaucetEnvironment {
  /** Directory that contains `faucet` and `gauge`. It must be first in their PATH. */
  readonly bin: string;
}

const repository = fileURLToPath(new URL('../../../', import.meta.url));

const places = {
  faucet: { variable: 'DOVESNAP_FAUCET_VENV', version: '1.10.12' },
  c65faucet: { variable: 'DOVESNAP_C65FAUCET_VENV', version: '1.0.106' },
} as const;

/**
 * Finds the virtual environment of a Faucet: the directory in DOVESNAP_FAUCET_VENV (DOVESNAP_C65FAUCET_VENV for the
 * fork), otherwise `.state/faucet` (`.state/c65faucet`) in this repository.
 *
 * @throws TestkitError `NOT_READY`, with the command to run, when it is missing.
 */
export function faucetEnvironment(flavour: FaucetFlavour = 'faucet'): FaucetEnvironment {
  const { variable, version } = places[flavour];
  const folder = process.env[variable] || join(repository, '.state', flavour);
  const bin = join(folder, 'bin');
  try {
    accessSync(join(bin, 'faucet'), constants.X_OK);
    accessSync(join(bin, 'gauge'), constants.X_OK);
  } catch (cause) {
    const remedy = `python3 -m venv ${folder} && ${bin}/pip install ${flavour}==${version}`;
    const message = `no ${flavour} in ${folder}; run "${remedy}", or name another folder in ${variable}`;
    throw new TestkitError('NOT_READY', flavour, message, cause);
  }
  return { bin };
}
