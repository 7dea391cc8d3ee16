import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { faucetConfigPath } from './faucet.mjs';
import { fetchPage } from './http.mjs';
import { nodeFlags } from './node-flags.mjs';
import { paths } from './paths.mjs';
import { runningRecord, startProcess, stopProcess, waitFor } from './process.mjs';
import { StepError } from './step-error.mjs';

/** Where the daemon tells about itself. */
export const status = 'http://127.0.0.1:9401';

/** Starts dovesnapd, or replaces one of ours that runs an older build: containers keep their network. @throws StepError */
export async function startDaemon() {
  const program = readFileSync(paths.daemon, 'utf8');
  const build = createHash('sha256').update(program).digest('hex').slice(0, 12);
  const ours = runningRecord('dovesnapd');
  if (ours?.build === build) {
    await waitUntilReady(ours);
    return 'runs already';
  }
  if (ours !== undefined) await stopProcess(ours);
  if ((await fetchPage(`${status}/healthz`)) !== undefined) {
    throw new StepError(`${status} is answered by a dovesnapd that "npm run up" did not start`, {
      remedy: 'stop that one, or use it as it is: "docker network create -d dovesnap ..."',
    });
  }
  const flags = nodeFlags(program);
  const args = [...flags, paths.daemon, '--faucet_config', await faucetConfigPath()];
  const record = await startProcess('dovesnapd', process.execPath, args, { build });
  await waitUntilReady(record);
  return `${ours ? 'replaced by the new build' : 'started'} (process ${record.pid})`;
}

/** @param {import('./records.mjs').ProcessRecord} record */
async function waitUntilReady(record) {
  const ready = async () => (await fetchPage(`${status}/readyz`))?.status === 200;
  try {
    await waitFor('dovesnapd being ready', ready, { deadlineMs: 30_000, record });
  } catch (cause) {
    const said = await fetchPage(`${status}/readyz`);
    if (said === undefined || !(cause instanceof StepError)) throw cause;
    throw new StepError(`dovesnapd runs and is not ready: ${said.text.trim()}`, {
      remedy:
        'it names what is away or fails: look at the log of that, then run "npm run up" again',
      log: record.log,
    });
  }
}
