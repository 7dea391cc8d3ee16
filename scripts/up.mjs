import { ensureBusybox } from './lib/busybox-image.mjs';
import { startDaemon } from './lib/daemon.mjs';
import {
  checkReachability,
  demo,
  drawPicture,
  ensureContainers,
  ensureNetwork,
} from './lib/demo.mjs';
import { startDocker } from './lib/docker.mjs';
import { faucetConfigPath, startFaucet, startGauge } from './lib/faucet.mjs';
import { startOpenVswitch } from './lib/open-vswitch.mjs';
import { formatScreen } from './lib/screen.mjs';
import { setupSteps } from './lib/setup.mjs';
import { explainFailure, formatSeconds, takeSteps } from './lib/step.mjs';
import { StepError } from './lib/step-error.mjs';

const steps = [
  { title: 'Ask for root', act: requireRoot },
  ...setupSteps,
  { title: 'Start Open vSwitch', act: startOpenVswitch },
  { title: 'Start Docker', act: startDocker },
  { title: 'Start Faucet', act: startFaucet },
  { title: 'Start Gauge', act: startGauge },
  { title: 'Start dovesnapd', act: startDaemon },
  { title: `Create the network ${demo.network}`, act: ensureNetwork },
  { title: 'Find a busybox image', act: ensureBusybox },
  { title: 'Start two containers', act: ensureContainers },
  { title: 'Let them reach each other, the gateway and the host', act: checkReachability },
  { title: 'Draw dovesnap.png', act: drawPicture },
];

const started = performance.now();
const stopped = await takeSteps(steps);
if (stopped === undefined) {
  console.log(formatScreen({ faucetConfig: await faucetConfigPath() }));
  console.log(`All of it took ${formatSeconds(performance.now() - started)}.`);
} else {
  console.log(explainFailure(stopped.title, stopped.error));
  console.log(
    'What was started before still runs. "npm run up" goes on from here, "npm run down" ends it.',
  );
  process.exitCode = 1;
}

async function requireRoot() {
  if (process.getuid?.() === 0) return;
  throw new StepError('switches, containers and firewall rules belong to root', {
    remedy: 'run "npm run up" as root',
  });
}
