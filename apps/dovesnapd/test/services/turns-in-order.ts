import { type Turns, turns } from '../../src/services/core/turns.ts';

/** Makes {@link Turns} of which one that is taken out of order throws. */
export function turnsInOrder(): Turns {
  return turns((sentence) => {
    throw new Error(sentence);
  });
}
