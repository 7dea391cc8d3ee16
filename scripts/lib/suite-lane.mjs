/**
 * The end-to-end tests whose outcome another engine or switch can change: they run in a root of another suite as well.
 */
export const laneFiles = [
  'apps/dovesnapd/test/e2e/compose.e2e.test.ts',
  'apps/dovesnapd/test/e2e/daemon-restart.e2e.test.ts',
  'apps/dovesnapd/test/e2e/deny-all.e2e.test.ts',
  'apps/dovesnapd/test/e2e/engine-restart.e2e.test.ts',
  'apps/dovesnapd/test/e2e/first-packet.e2e.test.ts',
  'apps/dovesnapd/test/e2e/flat.e2e.test.ts',
  'apps/dovesnapd/test/e2e/frames.e2e.test.ts',
  'apps/dovesnapd/test/e2e/in-band.e2e.test.ts',
  'apps/dovesnapd/test/e2e/nat.e2e.test.ts',
  'apps/dovesnapd/test/e2e/policy-choices.e2e.test.ts',
  'apps/dovesnapd/test/e2e/readme.e2e.test.ts',
  'apps/dovesnapd/test/e2e/refusals.e2e.test.ts',
  'apps/dovesnapd/test/e2e/switch-restart.e2e.test.ts',
];
