import { readFileSync } from 'node:fs';
import { findDockerClient } from './docker-client.mjs';
import { bornOf, startProcess, waitFor } from './process.mjs';
import { attempt, findProgram, run } from './program.mjs';
import { saveRecord } from './records.mjs';
import { StepError } from './step-error.mjs';
import { hasSystemd } from './systemd.mjs';

const socket = 'unix:///var/run/docker.sock';

/**
 * Asks this host's Docker, whatever DOCKER_HOST says.
 *
 * @param {readonly string[]} args
 * @param {import('./program.mjs').RunOptions} [options]
 */
export function tryDocker(args, options = {}) {
  return attempt(findDockerClient() ?? 'docker', ['--host', socket, ...args], {
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
  return run(findDockerClient() ?? 'docker', ['--host', socket, ...args], {
    timeoutMs: 60_000,
    ...options,
  });
}

/** Names what the server consists of; the first of it is the engine itself. */
const format = '{{.Server.Version}} {{range .Server.Components}}{{.Name}}, {{end}}';

/** @throws StepError where Podman answers in Docker's place, as its package podman-docker has it */
async function answers() {
  const { code, stdout } = await tryDocker(['version', '--format', format], { timeoutMs: 5000 });
  if (code === 0 && isPodmanServer(stdout)) {
    throw new StepError(`${socket} is answered by Podman, which has no drivers such as this one`, {
      remedy:
        'stop its service ("systemctl stop podman.socket podman"), then run the command again',
    });
  }
  return code === 0 && stdout.trim() !== '';
}

/** @param {string} components as `docker version` names them */
export function isPodmanServer(components) {
  return components.includes('Podman Engine');
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
  if ((await untilDockerEnds(answers)) === 'answers') return 'runs already';
  await mountControlGroups();
  const record = await startProcess('docker', findProgram('dockerd') ?? 'dockerd', []);
  const remedy =
    'the lines above are the end of its log; mend what they name, then run "npm run up" again';
  await waitFor('an answer of Docker', answers, { deadlineMs: 60_000, record, remedy });
  return `started dockerd (process ${record.pid})`;
}

const pidFile = '/var/run/docker.pid';

/**
 * Waits while a dockerd that answers nobody still runs: one that was told to stop closes its API at once, and keeps its pid
 * file until its containers have ended (15 s each at most by default, dockerd(8), --shutdown-timeout). One that starts
 * answers when the containers that it restarts run.
 *
 * @param {() => Promise<boolean>} answersNow
 * @param {number} [deadlineMs]
 * @returns {Promise<'gone' | 'answers'>}
 * @throws StepError when it does neither within the deadline
 */
export async function untilDockerEnds(answersNow, deadlineMs = 60_000) {
  const pid = livingDockerd();
  if (pid === undefined) return 'gone';
  /** @type {'gone' | 'answers'} */
  let outcome = 'gone';
  const isOver = async () => {
    if (livingDockerd() === undefined) return true;
    if (!(await answersNow())) return false;
    outcome = 'answers';
    return true;
  };
  await waitFor(`the end of dockerd (process ${pid}), which answers nobody,`, isOver, {
    deadlineMs,
    remedy: `"ps ${pid}" shows it; when it has ended, run "npm run up" again`,
  });
  return outcome;
}

/** @returns {number | undefined} the engine that its pid file names, while it runs */
function livingDockerd() {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const isEngine = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd';
    return isEngine && bornOf(pid) !== undefined ? pid : undefined;
  } catch {
    return undefined;
  }
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
