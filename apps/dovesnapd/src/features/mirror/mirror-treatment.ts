import type { Port } from '../../domain/attached-network.ts';
import { askedValue, type Treatment } from '../../domain/treatments.ts';
import { BOOLEAN_WORDS, parseBoolean } from '../../domain/words.ts';

/** Whether what a port sends and receives is copied to the mirror. */
export const mirrorTreatment: Treatment<boolean> = {
  name: 'mirror',
  label: 'dovesnap.faucet.mirror',
  onRows: true,
  record: 'dovesnap.mirrored',
  shown: 'Mirrored',
  drawn: 'mirrored',
  none: false,
  parse: parseBoolean,
  accepts: BOOLEAN_WORDS,
  examples: ['true', 'false'],
};

/** Whether the traffic of a port is to be copied. */
export function isMirrored({ treatments }: Pick<Port, 'treatments'>): boolean {
  return askedValue(treatments, mirrorTreatment) === true;
}
