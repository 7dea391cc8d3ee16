import { join } from 'node:path';
import { paths } from './paths.mjs';
import { laneFiles } from './suite-lane.mjs';

/** Where the tally of a run in a root lies, as seen in it. */
export const resultFile = join(paths.reports, 'suite.json');

/**
 * What is run in a root of another suite.
 *
 * @typedef {object} SuiteTask
 * @property {boolean} commands also `npm run up` and `npm run down`
 * @property {readonly string[]} files only end-to-end tests whose path contains one of these; empty: all
 */

/** The tests that an engine or a switch can break, the two commands among them. @type {SuiteTask} */
export const lane = { commands: true, files: laneFiles };

/**
 * Reads the arguments behind the suite's name: `--lane`, or what is in the paths of the tests wanted.
 *
 * @param {readonly string[]} args
 * @returns {SuiteTask}
 */
export function readSuiteTask(args) {
  return args.includes('--lane') ? lane : { commands: args.length === 0, files: args };
}
