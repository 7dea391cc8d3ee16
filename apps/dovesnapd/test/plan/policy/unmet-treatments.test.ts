import { expect, test } from 'vitest';
import { unmetTreatments } from '../../../src/plan/policy/unmet-treatments.ts';
import { sampleNetwork } from '../sample.ts';

test('what no feature of the daemon can do is said to whoever asks for it', () => {
  const network = sampleNetwork({ features: [] });
  expect(unmetTreatments(network.spec, new Set(['mirror']))).toEqual([
    { what: 'does not get what it asks for', why: 'this daemon cannot mirror' },
  ]);
  expect(unmetTreatments(network.spec, new Set())).toEqual([]);
});
