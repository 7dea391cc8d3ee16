import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths, root, toolEnvironment } from './lib/paths.mjs';
import { run } from './lib/program.mjs';
import { runSuite } from './lib/run-suite.mjs';
import { runTests, speeds } from './lib/run-tests.mjs';
import { setupSteps, testSetupSteps } from './lib/setup.mjs';
import { explainFailure, takeStep, takeSteps } from './lib/step.mjs';
import { StepError } from './lib/step-error.mjs';
import { addTallies, closeRun, failure, success } from './lib/tally.mjs';

/** @typedef {import('./lib/tally.mjs').Tally} Tally */

const usual = ['check', ...speeds];
/** Debian suites on which a part of the end-to-end tests runs when it is asked for. */
const suites = ['trixie'];
const parts = [...usual, ...suites];

process.exitCode = await main(process.argv.slice(2));

/** @param {readonly string[]} asked parts to run; none means all but other suites */
async function main(asked) {
  const unknown = asked.find((part) => !parts.includes(part));
  if (unknown !== undefined) {
    console.log(`"${unknown}" is no part of the tests: there are ${parts.join(', ')}`);
    return 2;
  }
  /** @param {string} part */
  const wanted = (part) => (asked.length === 0 ? usual : asked).includes(part);
  const started = performance.now();
  const stopped = await takeSteps([
    { title: 'Ask for root', act: requireRoot },
    ...setupSteps,
    ...testSetupSteps,
  ]);
  if (stopped !== undefined) {
    console.log(explainFailure(stopped.title, stopped.error));
    return closeRun(failure(stopped.title));
  }
  /** @type {Tally[]} */
  const tallies = [];
  for (const check of wanted('check') ? checkScripts() : []) tallies.push(await runCheck(check));
  for (const speed of speeds.filter(wanted)) tallies.push(await runTests(speed));
  for (const suite of suites.filter(wanted)) tallies.push(await runSuite(suite, ['--lane']));
  console.log(`\nTook ${((performance.now() - started) / 60_000).toFixed(1)} min.`);
  return closeRun(addTallies(tallies));
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
