import { runSuite } from './lib/run-suite.mjs';
import { closeRun } from './lib/tally.mjs';

const [suite, ...args] = process.argv.slice(2);
if (suite === undefined) {
  console.log(
    'npm run test:suite -- SUITE [--lane | PART-OF-A-PATH ...], as "npm run test:suite -- trixie"',
  );
  process.exitCode = 2;
} else process.exitCode = closeRun(await runSuite(suite, args));
