import type { Merged } from './merge-includes.ts';
import type { Problem } from './types.ts';

/** Everything that is wrong in merged files. */
export function checkMerged(merged: Merged): Problem[] {
  return [...merged.problems];
}
