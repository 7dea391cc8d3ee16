import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root as repository } from './paths.mjs';
import { attempt } from './program.mjs';
import { explainFailure, takeSteps } from './step.mjs';
import { StepError } from './step-error.mjs';
import { enterSuite, suiteEnvironment } from './suite-enter.mjs';
import { copyProject, projectFolder } from './suite-project.mjs';
import { ensureSuiteRoot } from './suite-root.mjs';
import { resultFile } from './suite-task.mjs';
import { failure } from './tally.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

/**
 * Runs end-to-end tests in a root of another Debian suite: set up in this machine's network, run in one of their own.
 *
 * @param {string} suite its code name
 * @param {readonly string[]} args of scripts/suite-inside.mjs
 * @returns {Promise<Tally>}
 */
export async function runSuite(suite, args) {
  let root = '';
  /** @type {Tally} */
  let tally = failure(`${suite}: did not run`);
  const stopped = await takeSteps([
    {
      title: `Make a root of ${suite}`,
      act: async () => {
        root = await ensureSuiteRoot(suite);
        return root;
      },
    },
    { title: 'Copy the project into it', act: () => copyProject(root) },
    {
      title: `Set up on ${suite}`,
      loud: true,
      act: () => runInside(root, ['scripts/setup.mjs'], 'machine'),
    },
    {
      title: `Run the tests on ${suite}`,
      loud: true,
      act: async () => {
        const result = join(root, projectFolder, resultFile.slice(repository.length));
        rmSync(result, { force: true });
        await runInside(root, ['scripts/suite-inside.mjs', ...args], 'own');
        tally = named(suite, JSON.parse(readFileSync(result, 'utf8')));
      },
    },
  ]);
  if (stopped === undefined) return tally;
  console.log(explainFailure(stopped.title, stopped.error));
  return failure(`${suite}: ${stopped.title}`);
}

/** @param {string} suite @param {Tally} tally @returns {Tally} */
function named(suite, tally) {
  return { ...tally, failures: tally.failures.map((line) => `${suite}: ${line}`) };
}

/**
 * Runs a program of Node in a root, in the project's folder there.
 *
 * @param {string} root
 * @param {readonly string[]} argv of node
 * @param {'machine' | 'own'} network
 * @throws StepError
 */
export async function runInside(root, argv, network) {
  const { file, args } = enterSuite(root, ['node', ...argv], { network, folder: projectFolder });
  const options = { env: suiteEnvironment(), show: true, timeoutMs: 7_200_000 };
  const { code } = await attempt(file, args, options);
  if (code !== 0) throw new StepError(`node ${argv.join(' ')} ended with ${code} there`);
}
