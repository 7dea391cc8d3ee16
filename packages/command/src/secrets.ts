/** The replacement for a secret in an error. */
const mask = '***';

/**
 * Returns a function that masks secrets in a text. Longer secrets are masked first, so that a secret inside another one
 * is covered too.
 */
export function hideSecrets(secrets: readonly string[] = []): (text: string) => string {
  const longestFirst = secrets
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, mask), text);
}
