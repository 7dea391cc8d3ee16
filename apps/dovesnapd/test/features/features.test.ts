import { expect, test } from 'vitest';
import { type Around, features } from '../../src/features/features.ts';
import { sampleNetwork } from '../plan/sample.ts';
import { bareParts } from '../services/bare-parts.ts';

/** The features of a daemon that reaches nothing and was started without flags. */
function bareFeatures() {
  const machine = { hasKernelDatapath: () => true };
  const parts = { ...bareParts(), config: {}, machine };
  const registry = { all: () => [] };
  return features({ parts, registry, desk: {}, flows: {} } as unknown as Around);
}

test('no two features set one thing', () => {
  const { mtu: _, dpid: __, ...spec } = sampleNetwork().spec;
  const requested = { ...spec, mtu: undefined, dpid: undefined };
  const on = bareFeatures().map((feature) => feature.on(requested, true).feature);
  const treatments = on.flatMap(({ treats }) => treats?.treatment ?? []);
  for (const key of ['name', 'label', 'record', 'shown'] as const) {
    const values = treatments.map((treatment) => treatment[key]);
    expect(values).toEqual([...new Set(values)]);
  }
  const names = on.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
