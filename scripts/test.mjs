import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { paths, root, toolEnvironment } from './lib/paths.mjs';
import { attempt, run } from './lib/program.mjs';
import { setupSteps } from './lib/setup.mjs';
import { explainFailure, takeStep, takeSteps } from './lib/step.mjs';
import { StepError } from './lib/step-error.mjs';
import { addTallies, failure, formatTally, success, tallyReport } from './lib/tally.mjs';

/** @typedef {import('./lib/tally.mjs').Tally} Tally */

const checks = [
  { title: 'Check format and lint', argv: ['biome', 'check', '.'] },
  { title: 'Check types', argv: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { title: 'Check types of the scripts', argv: ['tsc', '--noEmit', '-p', 'scripts/tsconfig.json'] },
  { title: 'Check versions across the workspace', argv: ['sherif'] },
  { title: 'Check for unused code and dependencies', argv: ['knip'] },
  { title: 'Check what would be published', argv: ['turbo', 'run', 'publint'] },
];

const speeds = ['unit', 'system', 'e2e'];

process.exitCode = await main();

async function main() {
  const started = performance.now();
  const stopped = await takeSteps([{ title: 'Ask for root', act: requireRoot }, ...setupSteps]);
  if (stopped !== undefined) {
    console.log(explainFailure(stopped.title, stopped.error));
    return close(failure(stopped.title));
  }
  /** @type {Tally[]} */
  const tallies = [];
  for (const check of checks) tallies.push(await runCheck(check));
  for (const speed of speeds) tallies.push(await runTests(speed));
  console.log(`\nTook ${((performance.now() - started) / 60_000).toFixed(1)} min.`);
  return close(addTallies(tallies));
}

async function requireRoot() {
  if (process.getuid?.() === 0) return;
  throw new StepError('system and end-to-end tests make network namespaces', {
    remedy: 'run "npm test" as root; "npm run test:unit" needs no root',
  });
}

/** @param {{ title: string, argv: readonly string[] }} check @returns {Promise<Tally>} */
async function runCheck({ title, argv }) {
  const [tool = '', ...args] = argv;
  const act = async () => {
    await run(join(root, 'node_modules', '.bin', tool), args, {
      cwd: root,
      env: toolEnvironment(),
      log: join(paths.log, `check-${tool}.log`),
      remedy: `"npx ${argv.join(' ')}" shows it again; "npm run format" mends format`,
    });
  };
  const error = await takeStep(title, { title, act });
  if (error === undefined) return success;
  console.log(explainFailure(title, error));
  return failure(title);
}

/** @param {string} speed @returns {Promise<Tally>} */
async function runTests(speed) {
  const report = join(paths.reports, `${speed}.json`);
  mkdirSync(paths.reports, { recursive: true });
  rmSync(report, { force: true });
  let tally = failure(`${speed}: did not run`);
  const act = async () => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await attempt(
      join(root, 'node_modules', '.bin', 'vitest'),
      ['run', '--config', 'vitest.projects.ts', '--project', speed, ...reporters],
      { cwd: root, env: toolEnvironment(), show: true, timeoutMs: 7_200_000 },
    );
    tally = tallyReport(speed, existsSync(report) ? readFileSync(report, 'utf8') : undefined, code);
    return formatTally(tally);
  };
  const title = `Run ${speed} tests`;
  const error = await takeStep(title, { title, act, loud: true });
  if (error !== undefined) console.log(explainFailure(title, error));
  return tally;
}

/** @param {Tally} tally @returns {number} the exit code */
function close(tally) {
  for (const line of tally.failures) console.log(`failed: ${line}`);
  console.log(formatTally(tally));
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}
