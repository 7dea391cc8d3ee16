const variable = 'DOVESNAP_TEST_CASES';
const choice = parseCases(process.env[variable]);

/**
 * Returns the cases of a matrix that this run tries: the first one, or all of them when DOVESNAP_TEST_CASES is `all`. For
 * matrices with real parts only, whose cases differ in what a person can choose (the flavour of Faucet, the firewall's
 * backend) and not in the code that is tested: `npm test` takes one case of each, `npm run test:cases` all.
 */
export function triedCases<const T>(cases: readonly [T, ...T[]]): readonly T[] {
  return choice === 'all' ? cases : cases.slice(0, 1);
}

/**
 * Parses which cases are tried. Returns `first` when it is not set.
 * @throws Error when it is neither `first` nor `all`.
 */
export function parseCases(text: string | undefined): 'first' | 'all' {
  if (text === undefined || text === '') return 'first';
  if (text === 'first' || text === 'all') return text;
  throw new Error(`${variable} is first or all, not "${text}"`);
}
