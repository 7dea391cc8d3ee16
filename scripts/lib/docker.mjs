import { readFileSync } from 'node:fs';
import { startProcess, waitFor } from './process.mjs';
import { attempt, findProgram, run } from './program.mjs';
import { saveRecord } from './records.mjs';
import { hasSystemd } from './systemd.mjs';

const socket = 'unix:///var/run/docker.sock';

/**
 * Asks this host's Docker, whatever DOCKER_HOST says.
 *
 * @param {readonly string[]} args
 * @param {import('./program.mjs').RunOptions} [options]
 */
export function tryDocker(args, options = {}) {
  return attempt(findProgram('docker') ?? 'docker', ['--host', socket, ...args], {
    timeoutMs: 60_000,
    ...options,
  });
}

/**
 * @param {readonly string[]} args
 * @param {import('./program.mjs').RunOptions} [options]
 * @throws StepError
 */
export function docker(args, options = {}) {
  return run(findProgram('docker') ?? 'docker', ['--host', socket, ...args], {
    timeoutMs: 60_000,
    ...options,
  });
}

async function answers() {
  const asked = await tryDocker(['version', '--format', '{{.Server.Version}}'], {
    timeoutMs: 5000,
  });
  return asked.code === 0 && asked.stdout.trim() !== '';
}

/** Starts Docker where it does not run; one that runs is used as it is. @throws StepError */
export async function startDocker() {
  if (await answers()) return 'runs already';
  if (hasSystemd()) {
    await run('systemctl', ['start', 'docker'], { remedy: '"journalctl -u docker" says why' });
    saveRecord({ kind: 'unit', name: 'docker', unit: 'docker' });
    await waitFor('an answer of Docker', answers, { deadlineMs: 60_000 });
    return 'started its systemd unit';
  }
  await mountControlGroups();
  const record = await startProcess('docker', findProgram('dockerd') ?? 'dockerd', []);
  const remedy =
    'the lines above are the end of its log; mend what they name, then run "npm run up" again';
  await waitFor('an answer of Docker', answers, { deadlineMs: 60_000, record, remedy });
  return `started dockerd (process ${record.pid})`;
}

/**
 * Tells whether any control group hierarchy is mounted: no container starts without one.
 *
 * @param {string} mounts text of /proc/mounts
 */
export function hasControlGroups(mounts) {
  return mounts.split('\n').some((line) => /^\S+ \S+ cgroup2? /.test(line));
}

/** What systemd does at boot. */
async function mountControlGroups() {
  if (hasControlGroups(readFileSync('/proc/mounts', 'utf8'))) return;
  const path = '/sys/fs/cgroup';
  await run('mount', ['-t', 'cgroup2', 'cgroup2', path], {
    remedy: 'this machine lets nobody mount control groups, so it can run no container',
  });
  saveRecord({ kind: 'mount', name: 'cgroup', path });
}
