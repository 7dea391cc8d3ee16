/**
 * Adds to a package's manifest where its source, its home and its issues are, from the one address in the project's own
 * package.json (npm's package.json documentation: `repository`, `homepage`, `bugs`). A release without an address is
 * refused; a trial pack goes without.
 *
 * @template {{ name?: string }} Manifest
 * @param {Manifest} manifest
 * @param {{ repository?: { type: string, url: string }, isTrial: boolean, folder: string }} release
 */
function withReleaseFields(manifest, { repository, isTrial, folder }) {
  if (repository === undefined && isTrial) return manifest;
  const url = repository?.url ?? '';
  const page = /^git\+(https:\/\/\S+)\.git$/.exec(url)?.[1];
  if (page === undefined) {
    const received = repository === undefined ? 'none' : JSON.stringify(url);
    throw new Error(
      `${manifest.name} cannot be released: "repository.url" in the project's package.json is ${received}, it has to be like git+https://HOST/OWNER/NAME.git`,
    );
  }
  return {
    ...manifest,
    repository: { type: 'git', url, directory: folder },
    homepage: `${page}/tree/main/${folder}#readme`,
    bugs: { url: `${page}/issues` },
  };
}

module.exports = { withReleaseFields };
