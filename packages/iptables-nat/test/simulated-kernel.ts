import { type IptablesTables, restoreTables, saveTables } from '@dovesnap/testkit';
import type { Family, NatPlan, ObservedNat } from '../src/index.ts';
import { parseSave } from '../src/parse-save.ts';

/** Reads both families of one kernel state each. */
export function observe(
  kernels: Readonly<Record<Family, IptablesTables>>,
  owner: string,
): ObservedNat {
  const families = (['ipv4', 'ipv6'] as const).map((family) => ({
    family,
    ...parseSave(saveTables(kernels[family]), owner),
  }));
  return { owner, families };
}

/** Runs a restore without flush. */
export function restore(kernels: Readonly<Record<Family, IptablesTables>>, plan: NatPlan): void {
  for (const { family, lines } of plan.families) restoreTables(kernels[family], lines);
}
