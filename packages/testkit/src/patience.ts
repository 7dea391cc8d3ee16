const variable = 'DOVESNAP_TEST_PATIENCE';
const factor = parsePatience(process.env[variable]);

/**
 * Returns how long to wait on this machine for something that takes at most `time` on a typical machine, in the same
 * unit, rounded up. DOVESNAP_TEST_PATIENCE is the factor, for emulated machines. Every deadline of the test bed passes
 * through this function once.
 */
export function patient(time: number): number {
  return Math.ceil(time * factor);
}

/**
 * Parses the factor. Returns 1 when it is not set.
 * @throws Error when it is not a number from 1 to 100.
 */
export function parsePatience(text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  const value = Number(text);
  if (value >= 1 && value <= 100) return value;
  throw new Error(`${variable} is a number from 1 to 100, not "${text}"`);
}
