import { readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { canExecute, findProgram } from './program.mjs';

/** Finds Docker's own client: Podman's alias of this name (the package podman-docker) is none. */
export function findDockerClient() {
  return findProgram('docker', { isExecutable: (path) => canExecute(path) && !isPodman(path) });
}

/** Finds Podman's alias, where it stands in the place of a distribution's `docker`. */
export function findPodmanAlias() {
  return findProgram('docker', {
    folders: ['/usr/bin'],
    isExecutable: (path) => canExecute(path) && isPodman(path),
  });
}

/**
 * Tells whether a `docker` is Podman: a link to it, or a script that runs it.
 *
 * @param {string} path
 */
export function isPodman(path) {
  if (basename(realpathSync(path)) === 'podman') return true;
  const text = readFileSync(path).subarray(0, 4096).toString('latin1');
  return text.startsWith('#!') && /\bpodman\b/.test(text);
}
