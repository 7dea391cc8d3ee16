import { join } from 'node:path';
import { root, toolEnvironment } from '../scripts/lib/paths.mjs';
import { attempt } from '../scripts/lib/program.mjs';
import { measuringStep, setupSteps } from '../scripts/lib/setup.mjs';
import { explainFailure, takeSteps } from '../scripts/lib/step.mjs';
import { StepError } from '../scripts/lib/step-error.mjs';

process.exitCode = await main(process.argv.slice(2));

/** @param {readonly string[]} flags those of bench/src/flags.ts */
async function main(flags) {
  const stopped = await takeSteps([
    { title: 'Ask for root', act: requireRoot },
    ...setupSteps,
    measuringStep,
  ]);
  if (stopped !== undefined) {
    console.log(explainFailure(stopped.title, stopped.error));
    return 1;
  }
  const program = [join(root, 'bench', 'dist', 'main.js'), ...flags];
  const { code } = await attempt(process.execPath, program, {
    cwd: root,
    env: toolEnvironment(),
    show: true,
    timeoutMs: 7_200_000,
  });
  return code;
}

async function requireRoot() {
  if (process.getuid?.() === 0) return;
  throw new StepError('the bench makes network namespaces', {
    remedy: 'run "npm run bench" as root',
  });
}
