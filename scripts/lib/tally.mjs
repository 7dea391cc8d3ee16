/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {readonly string[]} failures one line each
 */

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
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  const { testResults } = JSON.parse(report);
  const tests = testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failures = [
    ...tests
      .filter((test) => test.status !== 'passed')
      .map((test) => `${name}: ${test.fullName} (${test.status})`),
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
