import { root } from './paths.mjs';
import { attempt } from './program.mjs';
import { readRecords } from './records.mjs';
import { explainFailure, takeStep } from './step.mjs';
import { StepError } from './step-error.mjs';
import { addTallies, failure, success } from './tally.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

/**
 * Runs `npm run up` and `npm run down` as a person would, on a machine that runs nothing of theirs yet.
 *
 * @returns {Promise<Tally>}
 */
export async function tryTwoCommands() {
  return addTallies([
    await check('npm run up starts everything', () => npmRun('up')),
    await check('npm run up leaves alone what runs', upAgain),
    await check('npm run down stops everything', down),
  ]);
}

/** @param {string} title @param {() => Promise<string | void>} act @returns {Promise<Tally>} */
async function check(title, act) {
  const error = await takeStep(title, { title, act, loud: true });
  if (error === undefined) return success;
  console.log(explainFailure(title, error));
  return failure(title);
}

async function upAgain() {
  const before = running();
  await npmRun('up');
  if (running() === before) return;
  throw new StepError(`it replaced what ran:\n${before}\nis now\n${running()}`);
}

async function down() {
  await npmRun('down');
  const left = running();
  if (left !== '') throw new StepError(`these are left: ${left}`);
  const links = (await attempt('ip', ['-brief', 'link'])).stdout;
  if (/^(ods|odc)/m.test(links)) throw new StepError(`links are left:\n${links}`);
}

/** What `up` has made and `down` has yet to undo. */
function running() {
  return readRecords()
    .map((record) => JSON.stringify(record))
    .sort()
    .join('\n');
}

/** @param {string} script @throws StepError */
async function npmRun(script) {
  const { code } = await attempt('npm', ['run', script], { cwd: root, show: true });
  if (code !== 0) throw new StepError(`"npm run ${script}" ended with ${code}`);
}
