import { installFaucet } from './faucet-environment.mjs';
import { buildAll, installDependencies, installPnpm } from './pnpm.mjs';
import { installSystemPackages, installTestPackages } from './system-packages.mjs';

/** From a bare machine to a built project. Each step does nothing where its result is there. */
export const setupSteps = [
  { title: 'Install missing system packages', act: installSystemPackages },
  { title: 'Install pnpm', act: installPnpm },
  { title: 'Install dependencies', act: installDependencies },
  { title: 'Install Faucet and Gauge', act: () => installFaucet('faucet') },
  { title: 'Build every package', act: buildAll },
];

/** What tests and bench need besides. */
export const measuringStep = {
  title: 'Install what only tests and bench need',
  act: installTestPackages,
};

/** What only the tests need. */
export const testSetupSteps = [
  measuringStep,
  { title: 'Install the fork of Faucet', act: () => installFaucet('c65faucet') },
];
