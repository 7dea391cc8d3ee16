import { toNetnsError } from './error.ts';
import type { Namespace } from './namespace.ts';
import { readLinks, readSeals } from './read.ts';
import { sealRules } from './seal.ts';

/**
 * See {@link Netns.mendSeals}. No link is sealed or unsealed at the same time, so a link that is unsealed stays
 * unsealed.
 * @throws NetnsError
 */
export function mendSeals(
  namespace: Namespace,
  also: readonly string[],
): Promise<readonly string[]> {
  return namespace.inSealTurn(async () => {
    for (const link of also) namespace.sealed.add(link);
    if (namespace.sealed.size === 0) return [];
    const found = new Set(await readSeals(namespace));
    const lost = [...namespace.sealed].filter((link) => !found.has(link));
    if (lost.length === 0) return [];
    const present = new Set((await readLinks(namespace)).map(({ name }) => name));
    const links = lost.filter((link) => present.has(link));
    if (links.length === 0) return [];
    const rules = sealRules(links.map((link) => ({ kind: 'seal-link', link })));
    try {
      await namespace.run(['nft', '-f', '-'], rules);
    } catch (cause) {
      const what = `${links.join(', ')} could not be sealed again`;
      throw toNetnsError(what, cause, { target: namespace.target });
    }
    return links;
  });
}
