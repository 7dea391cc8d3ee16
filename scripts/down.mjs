import { rmSync } from 'node:fs';
import { paths } from './lib/paths.mjs';
import { planDown, readRecords } from './lib/records.mjs';
import { explainFailure, takeSteps } from './lib/step.mjs';
import { describe, undo } from './lib/undo.mjs';

const records = planDown(readRecords());
const stopped = await takeSteps(
  records.map((record) => ({ title: describe(record), act: () => undo(record) })),
);
if (stopped !== undefined) {
  console.log(explainFailure(stopped.title, stopped.error));
  process.exitCode = 1;
} else if (records.length === 0) {
  console.log('Nothing that "npm run up" started is left.');
} else {
  rmSync(paths.picture, { force: true });
  console.log(`\nDone. Your policy and the logs are kept in ${paths.config} and ${paths.log}.`);
  if (records.some((record) => record.name === 'docker')) {
    console.log(
      'Docker itself leaves docker0 and its firewall rules behind whenever it is stopped.',
    );
  }
}
