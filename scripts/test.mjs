import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { paths, root, toolEnvironment } from './lib/paths.mjs';
import { attempt, run } from './lib/program.mjs';
import { setupSteps, testSetupSteps } from './lib/setup.mjs';
import { explainFailure, takeStep, takeSteps } from './lib/step.mjs';
import { StepError } from './lib/step-error.mjs';
import { addTallies, failure, formatTally, success, tallyReport } from './lib/tally.mjs';

/** @typedef {import('./lib/tally.mjs').Tally} Tally */

const speeds = ['unit', 'system', 'e2e'];
const parts = ['check', ...speeds];

process.exitCode = await main(process.argv.slice(2));

/** @param {readonly string[]} asked parts to run; none means all */
async function main(asked) {
  const unknown = asked.find((part) => !parts.includes(part));
  if (unknown !== undefined) {
    console.log(`"${unknown}" is no part of the tests: there are ${parts.join(', ')}`);
    return 2;
  }
  /** @param {string} part */
  const wanted = (part) => asked.length === 0 || asked.includes(part);
  const started = performance.now();
  const stopped = await takeSteps([
    { title: 'Ask for root', act: requireRoot },
    ...setupSteps,
    ...testSetupSteps,
  ]);
  if (stopped !== undefined) {
    console.log(explainFailure(stopped.title, stopped.error));
    return close(failure(stopped.title));
  }
  /** @type {Tally[]} */
  const tallies = [];
  for (const check of wanted('check') ? checkScripts() : []) tallies.push(await runCheck(check));
  for (const speed of speeds.filter(wanted)) tallies.push(await runTests(speed));
  console.log(`\nTook ${((performance.now() - started) / 60_000).toFixed(1)} min.`);
  return close(addTallies(tallies));
}

async function requireRoot() {
  if (process.getuid?.() === 0) return;
  throw new StepError('system and end-to-end tests make network namespaces', {
    remedy: 'run "npm test" as root; "npm run test:unit" needs no root',
  });
}

/** The scripts of package.json that begin with "check:". */
function checkScripts() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(scripts).filter((name) => name.startsWith('check:'));
}

/** @param {string} name @returns {Promise<Tally>} */
async function runCheck(name) {
  const title = `Run ${name}`;
  const act = async () => {
    await run(join(paths.pnpmBin, 'pnpm'), ['run', name], {
      cwd: root,
      env: toolEnvironment(),
      log: join(paths.log, `${name.replace(':', '-')}.log`),
      remedy: `"npm run ${name}" shows it again; "npm run format" mends format`,
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
