import { defineConfig, mergeConfig } from 'vitest/config';
import { patient } from './packages/testkit/src/patience.ts';
import shared from './vitest.config.ts';

const members = '{bench,{packages,apps}/*}/test/**';
const world = ['apps/dovesnapd/test/world/*.test.ts', `${members}/*.world.test.ts`];

/**
 * The test speeds: unit (no root, seconds), world (the whole daemon in memory, a minute), system (root, private
 * namespaces), e2e (real Docker, OVS, Faucet).
 */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      projects: [
        {
          extends: './vitest.config.ts',
          test: {
            name: 'unit',
            include: [`${members}/*.test.ts`, 'scripts/test/*.test.ts'],
            exclude: ['**/*.system.test.ts', '**/*.e2e.test.ts', ...world],
            // All of them take seconds; one property on a machine that does much else may take five alone.
            testTimeout: patient(30_000),
            // Files share what they import: nothing happens at import, and loading it once for each takes most of the time.
            isolate: false,
            // Vitest leaves one core free, which on two is half of the time.
            maxWorkers: '100%',
          },
        },
        {
          extends: './vitest.config.ts',
          test: {
            name: 'world',
            include: world,
            testTimeout: patient(60_000),
            isolate: false,
            maxWorkers: '100%',
          },
        },
        {
          extends: './vitest.config.ts',
          test: {
            name: 'system',
            include: [`${members}/*.system.test.ts`, 'scripts/test/*.system.test.ts'],
            testTimeout: patient(60_000),
            hookTimeout: patient(60_000),
          },
        },
        {
          extends: './vitest.config.ts',
          test: {
            name: 'e2e',
            include: [`${members}/*.e2e.test.ts`],
            testTimeout: patient(180_000),
            hookTimeout: patient(180_000),
            // Each file has a host of its own, and keeps one of two cores busy: three at once take as long in all as one
            // after another, and make each other late. One at a time where a failure costs most.
            maxWorkers: process.env.CI === 'true' ? 1 : 2,
          },
        },
      ],
    },
  }),
);
