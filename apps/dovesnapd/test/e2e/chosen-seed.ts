const variable = 'DOVESNAP_TEST_SEED';

/**
 * The seed of what is done at random, from DOVESNAP_TEST_SEED: a number repeats a run, `random` is another one each time.
 * Without it, always the same: what a change is judged by does not depend on chance.
 * @throws Error when it is neither.
 */
export function chosenSeed(text: string | undefined = process.env[variable]): number {
  if (text === 'random') return Math.floor(Math.random() * 2 ** 31);
  if (text === undefined || text === '') return 1;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`${variable} is a whole number or random, not "${text}"`);
}
