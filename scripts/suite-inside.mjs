import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runTests } from './lib/run-tests.mjs';
import { readSuiteTask, resultFile } from './lib/suite-task.mjs';
import { addTallies } from './lib/tally.mjs';
import { tryTwoCommands } from './lib/two-commands.mjs';

// What scripts/lib/run-suite.mjs starts in the root of another suite.
const { commands, files } = readSuiteTask(process.argv.slice(2));
const tallies = [...(commands ? [await tryTwoCommands()] : []), await runTests('e2e', files)];
mkdirSync(dirname(resultFile), { recursive: true });
writeFileSync(resultFile, JSON.stringify(addTallies(tallies)));
