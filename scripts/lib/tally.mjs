import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {readonly string[]} failures what failed; the reason follows on indented lines
 */

/**
 * @typedef {object} TestResult as vitest reports it
 * @property {string} status
 * @property {string} fullName
 * @property {readonly string[]} [failureMessages]
 * @property {{ log?: readonly string[] }} [meta] what the test itself left (apps/dovesnapd/test/e2e/lab.ts)
 */

/** So many lines of the reason of a failure are shown at the end: the message, a difference, the first places. */
const reasonLines = 30;

/** Columns of a logged line that are shown at the end. */
const logWidth = 300;

/**
 * Counts one vitest JSON report. A test that did not run counts as failed: it shows nothing. So does a file that could
 * not be loaded, a run that found no test, and one that vitest itself calls failed for another reason (an error
 * outside of every test).
 *
 * @param {string} name of the project
 * @param {string | undefined} report the file's text, undefined when vitest wrote none
 * @param {number} exitCode vitest's
 * @returns {Tally}
 */
export function tallyReport(name, report, exitCode) {
  if (report === undefined) return failure(`${name}: vitest ended with ${exitCode} and no report`);
  /** @type {{ testResults: { name: string, message: string, assertionResults: TestResult[] }[] }} */
  const { testResults } = JSON.parse(report);
  const tests = testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failures = [
    ...tests
      .filter((test) => test.status !== 'passed')
      .map((test) => `${name}: ${test.fullName} (${test.status})${reason(test)}`),
    ...testResults
      .filter((file) => file.assertionResults.length === 0)
      .map((file) => `${name}: ${file.name}: ${file.message.split('\n')[0] || 'holds no test'}`),
  ];
  if (testResults.length === 0) failures.push(`${name}: no test was found`);
  if (failures.length === 0 && exitCode !== 0) {
    failures.push(`${name}: an error outside of every test, vitest ended with ${exitCode}`);
  }
  return { passed, failed: failures.length, failures };
}

/**
 * Why a test failed, and what was logged last, on lines of their own below it: whoever reads only the end of a
 * long output has to know.
 *
 * @param {TestResult} test
 */
function reason({ failureMessages = [], meta = {} }) {
  const message = failureMessages
    .flatMap((text) => stripVTControlCharacters(text).split('\n'))
    .filter((line) => line.trim() !== '' && !line.includes('/node_modules/'))
    .slice(0, reasonLines);
  const log = (meta.log ?? []).map((line) => line.slice(0, logWidth));
  return [...message, ...log].map((line) => `\n    ${line}`).join('');
}

/** @param {string} line @returns {Tally} */
export function failure(line) {
  return { passed: 0, failed: 1, failures: [line] };
}

/** One check that passed. @type {Tally} */
export const success = { passed: 1, failed: 0, failures: [] };

/** @param {readonly Tally[]} tallies @returns {Tally} */
export function addTallies(tallies) {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
    failures: tallies.flatMap((tally) => tally.failures),
  };
}

/** The closing line. @param {Tally} tally */
export function formatTally(tally) {
  return `${tally.passed} passed, ${tally.failed} failed`;
}

/** Prints what failed, then the closing line. @param {Tally} tally @returns {number} the exit code */
export function closeRun(tally) {
  for (const line of tally.failures) console.log(`failed: ${line}`);
  console.log(formatTally(tally));
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}
