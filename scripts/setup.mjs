import { setupSteps, testSetupSteps } from './lib/setup.mjs';
import { explainFailure, takeSteps } from './lib/step.mjs';

// What "npm run up" and "npm test" do first, for a place whose network is taken away afterwards.
const stopped = await takeSteps([...setupSteps, ...testSetupSteps]);
if (stopped !== undefined) {
  console.log(explainFailure(stopped.title, stopped.error));
  process.exitCode = 1;
}
