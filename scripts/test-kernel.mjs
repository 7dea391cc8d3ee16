import { runKernel } from './lib/run-kernel.mjs';
import { closeRun } from './lib/tally.mjs';

process.exitCode = closeRun(await runKernel(process.argv.slice(2)));
