import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One line or paragraph of apt's list of sources (sources.list(5)).
 *
 * @typedef {object} AptSource
 * @property {readonly string[]} types `deb`, `deb-src`
 * @property {readonly string[]} uris
 * @property {readonly string[]} suites
 * @property {readonly string[]} components
 * @property {Readonly<Record<string, string>>} options by deb822's names: `Signed-By` is a path or a whole key
 */

/** How deb822 spells the options of the one-line style that are not spelled alike but for their case. */
const lineOptions = /** @type {Readonly<Record<string, string>>} */ ({
  arch: 'Architectures',
  lang: 'Languages',
  target: 'Targets',
  'signed-by': 'Signed-By',
  trusted: 'Trusted',
  'check-valid-until': 'Check-Valid-Until',
  'check-date': 'Check-Date',
});

/**
 * Reads a file in the one-line style (`*.list`).
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseListFile(text) {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (found === null) return [];
    const [, type = '', options = '', uri = '', suite = '', components = ''] = found;
    const given = words(options).flatMap((option) => {
      const [name = '', ...value] = option.split('=');
      return [[lineOptions[name.toLowerCase()] ?? name, value.join('=').replaceAll(',', ' ')]];
    });
    return [
      {
        types: [type],
        uris: [uri],
        suites: [suite],
        components: words(components),
        options: Object.fromEntries(given),
      },
    ];
  });
}

/**
 * Reads a file in the deb822 style (`*.sources`).
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseSourcesFile(text) {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n(?:[ \t]*\n)+/)
    .map(parseFields)
    .filter((fields) => fields.URIs !== undefined && fields.Enabled?.toLowerCase() !== 'no')
    .map(({ Types = 'deb', URIs = '', Suites = '', Components = '', Enabled: _, ...options }) => ({
      types: words(Types),
      uris: words(URIs),
      suites: words(Suites),
      components: words(Components),
      options,
    }));
}

/** @param {string} paragraph @returns {Record<string, string>} */
function parseFields(paragraph) {
  const fields = paragraph.matchAll(/^([\w-]+):(.*(?:\n[ \t].*)*)/gm);
  return Object.fromEntries([...fields].map(([, name, value = '']) => [name, value.trim()]));
}

/**
 * Names the sources of another suite: this machine's own ones, of its distribution only, with the suite's name in place
 * of this machine's (`bookworm-updates` becomes `trixie-updates`).
 *
 * @param {readonly AptSource[]} sources this machine's
 * @param {string} own the code name of this machine's suite
 * @param {string} suite the code name wanted
 * @returns {AptSource[]}
 */
export function retarget(sources, own, suite) {
  const isOwn = new RegExp(`^${own}(?=$|[-/])`);
  return sources
    .filter((source) => source.types.includes('deb'))
    .map((source) => ({
      ...source,
      types: ['deb'],
      suites: source.suites
        .filter((name) => isOwn.test(name))
        .map((name) => name.replace(isOwn, suite)),
    }))
    .filter((source) => source.suites.length > 0);
}

/** @param {readonly AptSource[]} sources @returns {string} the text of a `.sources` file */
export function formatSources(sources) {
  return sources
    .map(({ types, uris, suites, components, options }) => {
      const fields = {
        Types: types.join(' '),
        URIs: uris.join(' '),
        Suites: suites.join(' '),
        ...(components.length === 0 ? {} : { Components: components.join(' ') }),
        ...options,
      };
      // The lines of a key that is written out begin with a blank already.
      return Object.entries(fields)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join('');
    })
    .join('\n');
}

/**
 * Reads the sources that apt uses on this machine.
 *
 * @param {string} [folder] apt's
 * @returns {AptSource[]}
 */
export function readAptSources(folder = '/etc/apt') {
  const parts = join(folder, 'sources.list.d');
  const more = listOf(parts).map((name) => join(parts, name));
  return [join(folder, 'sources.list'), ...more].flatMap((file) => {
    if (file.endsWith('.list')) return parseListFile(textOf(file));
    return file.endsWith('.sources') ? parseSourcesFile(textOf(file)) : [];
  });
}

/** @param {string} folder */
function listOf(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}
