import { expect, test } from 'vitest';
import { unmetTreatments } from '../../../src/plan/policy/unmet-treatments.ts';
import { marked, markTreatment, paceTreatment, treating } from '../../sample-treatments.ts';
import { sampleNetwork } from '../sample.ts';

test('what its feature cannot do on a network is said to whoever asks for it', () => {
  const features = [treating(paceTreatment), treating(markTreatment, 'the switch is plain')];
  const { spec } = sampleNetwork({ features });
  const unmet = [{ what: 'is not marked', why: 'the switch is plain' }];
  expect(
    unmetTreatments(spec, new Map<string, boolean | number>([...marked, ['pace', 3]])),
  ).toEqual(unmet);
  expect(unmetTreatments(spec, new Map([['pace', 3]]))).toEqual([]);
});
