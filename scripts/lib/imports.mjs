import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @param {string} folder
 * @returns {string[]} the TypeScript files below a folder, relative to it
 */
export function sourcesIn(folder) {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((file) => file.endsWith('.ts')).sort();
}

/**
 * @param {string} folder
 * @param {string} file relative to it
 * @returns {string[]} the files that it imports by path, relative to the folder too
 */
export function importedBy(folder, file) {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/(?:from|import) '(\.[^']+)'/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );
}

/**
 * What each folder imports. A file beside the folders counts as a folder of its own.
 *
 * @param {string} source
 * @returns {Map<string, Set<string>>}
 */
export function folderImports(source) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const file of sourcesIn(source)) {
    const folder = folderOf(file);
    const imported = found.get(folder) ?? new Set();
    for (const path of importedBy(source, file)) imported.add(folderOf(path));
    imported.delete(folder);
    found.set(folder, imported);
  }
  return found;
}

/** @param {string} path */
function folderOf(path) {
  const folder = dirname(path);
  return folder === '.' ? path : folder;
}
