import type { NetworkFeature } from '../src/domain/network-feature.ts';
import type { Treatment } from '../src/domain/treatments.ts';
import { BOOLEAN_WORDS, parseBoolean, parseWhole } from '../src/domain/words.ts';

/** A treatment that a container asks for or not. */
export const markTreatment: Treatment<boolean> = {
  name: 'mark',
  label: 'dovesnap.faucet.marking',
  onRows: true,
  record: 'dovesnap.marked',
  shown: 'Marked',
  drawn: 'marked',
  none: false,
  parse: parseBoolean,
  accepts: BOOLEAN_WORDS,
  examples: ['true', 'false'],
};

/** A treatment with a number, which only containers ask for, and which is not drawn. */
export const paceTreatment: Treatment<number> = {
  name: 'pace',
  label: 'dovesnap.faucet.packet_pace',
  onRows: false,
  record: 'dovesnap.pace',
  shown: 'Pace',
  none: null,
  parse: (text) => parseWhole(text, 0, 9),
  accepts: 'a whole number from 0 to 9',
  examples: ['3', '5'],
};

/** What a port asks for that is to be marked. */
export const marked: ReadonlyMap<string, true> = new Map([['mark', true]]);

/** A feature that treats the traffic of a network, or says why it does not. */
export function treating(treatment: Treatment, why?: string): NetworkFeature {
  const unmet = why === undefined ? undefined : { what: `is not ${treatment.name}ed`, why };
  return { name: treatment.name, treats: { treatment, unmet } };
}
