import { readFileSync } from 'node:fs';
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

const { mtu: _, dpid: __, ...spec } = sampleNetwork().spec;
const requested = { ...spec, mtu: undefined, dpid: undefined };
const on = bareFeatures().map((feature) => feature.on(requested, true).feature);
const treatments = on.flatMap(({ treats }) => treats?.treatment ?? []);

test('docs/options.md has the label of each treatment', () => {
  const page = readFileSync(new URL('../../../../docs/options.md', import.meta.url), 'utf8');
  const row = /^\| `(dovesnap\.faucet\.\w+)` \|/gm;
  const documented = [...page.matchAll(row)].map(([, label]) => label);
  expect(documented).toEqual(expect.arrayContaining(treatments.map(({ label }) => label)));
});

test('no two features set one thing', () => {
  for (const key of ['name', 'label', 'record', 'shown'] as const) {
    const values = treatments.map((treatment) => treatment[key]);
    expect(values).toEqual([...new Set(values)]);
  }
  const names = on.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
