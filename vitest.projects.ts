import { defineConfig, mergeConfig } from 'vitest/config';
import shared from './vitest.config.ts';

const members = '{bench,{packages,apps}/*}/test/**';

/** The three test speeds: unit (no root, seconds), system (root, private namespaces), e2e (real Docker, OVS, Faucet). */
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
            exclude: ['**/*.system.test.ts', '**/*.e2e.test.ts'],
            // All of them take seconds; one property on a machine that does much else may take five alone.
            testTimeout: 30_000,
            // Files share what they import: nothing happens at import, and loading it once for each takes most of the time.
            isolate: false,
          },
        },
        {
          extends: './vitest.config.ts',
          test: {
            name: 'system',
            include: [`${members}/*.system.test.ts`, 'scripts/test/*.system.test.ts'],
            testTimeout: 60_000,
            hookTimeout: 60_000,
          },
        },
        {
          extends: './vitest.config.ts',
          test: {
            name: 'e2e',
            include: [`${members}/*.e2e.test.ts`],
            testTimeout: 180_000,
            hookTimeout: 180_000,
            fileParallelism: false,
          },
        },
      ],
    },
  }),
);
