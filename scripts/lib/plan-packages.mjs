/** @typedef {import('./requirements.mjs').Requirement} Requirement */

/**
 * What apt knows of a package.
 *
 * @typedef {object} KnownPackage
 * @property {boolean} isInstalled
 * @property {boolean} isAvailable some source has a version of it
 */

/**
 * Reads what `apt-cache policy` prints (in English), for the packages that apt knows.
 *
 * @param {string} text
 * @returns {Map<string, KnownPackage>}
 */
export function parsePolicy(text) {
  const found = text.matchAll(/^(\S+):\n {2}Installed: (.*)\n {2}Candidate: (.*)$/gm);
  return new Map(
    [...found].map(([, name = '', installed, candidate]) => [
      name,
      { isInstalled: installed !== '(none)', isAvailable: candidate !== '(none)' },
    ]),
  );
}

/**
 * Chooses the packages that bring what is missing, and names in a sentence each thing that cannot be had: because no
 * package has it, or because it is a part of a Docker or Open vSwitch that came from elsewhere, over which nothing is
 * installed. Whose a product is, its servers say: a client alone is often there for another machine's.
 *
 * @param {readonly Requirement[]} wanted
 * @param {(requirement: Requirement) => boolean} isThere
 * @param {ReadonlyMap<string, KnownPackage>} known
 * @returns {{ packages: string[], problems: string[] }}
 */
export function planPackages(wanted, isThere, known) {
  const missing = wanted.filter((requirement) => !isThere(requirement));
  const present = wanted.filter((requirement) => !missing.includes(requirement));
  /** @param {Requirement} part */
  const isForeign = (part) => !part.packages.some((name) => known.get(name)?.isInstalled);
  /** @type {Set<string>} */
  const packages = new Set();
  /** @type {string[]} */
  const problems = [];
  for (const { what, product, packages: having } of missing) {
    const other = present.find(
      (part) => part.isServer && part.product === product && isForeign(part),
    );
    const chosen = having.find((name) => known.get(name)?.isAvailable);
    if (other !== undefined) {
      problems.push(
        `"${what}" is missing; ${product} on this machine is no Debian package (it has "${other.what}"), and nothing is installed over it`,
      );
    } else if (chosen === undefined) {
      problems.push(`${what} is missing, and apt knows no package ${having.join(' or ')} here`);
    } else packages.add(chosen);
  }
  return { packages: [...packages], problems };
}
