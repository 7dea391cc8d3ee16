import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { paths, root, toolEnvironment } from './paths.mjs';
import { attempt } from './program.mjs';
import { explainFailure, takeStep } from './step.mjs';
import { failure, formatTally, tallyReport } from './tally.mjs';

/** How fast tests are: without root, the whole daemon in memory, with real parts, with everything. */
export const speeds = ['unit', 'world', 'system', 'e2e'];

/**
 * Runs the tests of one speed, showing them on the terminal.
 *
 * @param {string} speed
 * @param {readonly string[]} [files] only those whose path contains one of these; default: all
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runTests(speed, files = []) {
  const report = join(paths.reports, `${speed}.json`);
  mkdirSync(paths.reports, { recursive: true });
  rmSync(report, { force: true });
  let tally = failure(`${speed}: did not run`);
  const act = async () => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await attempt(
      join(root, 'node_modules', '.bin', 'vitest'),
      ['run', '--config', 'vitest.projects.ts', '--project', speed, ...reporters, ...files],
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
