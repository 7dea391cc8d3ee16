import type { Options } from 'tsup';

/** How every package that is published is built: one ESM entry and its declarations. */
export function library(extra: Options = {}): Options {
  return {
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    dts: true,
    clean: true,
    sourcemap: true,
    ...extra,
  };
}
