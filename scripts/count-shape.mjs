import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { folderImports, importedBy, sourcesIn } from './lib/imports.mjs';
import { root } from './lib/paths.mjs';

// Counts how the daemon hangs together, in this checkout or in another: node scripts/count-shape.mjs [FOLDER]
const daemon = join(resolve(process.argv[2] ?? root), 'apps/dovesnapd');
const source = join(daemon, 'src');
const files = sourcesIn(source);
const textOf = (/** @type {string} */ file) => readFileSync(join(source, file), 'utf8');

/** Features by the name of their folder, and how a file mentions them. */
const words = {
  mirror: /mirror/i,
  isolation: /isolat|\bicc\b/i,
  binding: /\bbind|\bbound/i,
  'added-ports': /added.?port|add_(copro_)?ports/i,
};

for (const [feature, word] of Object.entries(words)) {
  const outside = files.filter((file) => !file.includes(`/${feature}/`) && word.test(textOf(file)));
  console.log(`${outside.length} files mention ${feature} outside its folder`);
}

const fields =
  'phase|flows|acls|mirrored|treatments|freedAt|closing|held|lost|attempt|reason|txOffload|endpoint|hostLink|peerLink';
const assignment = new RegExp(`\\b(?:port|better)\\.(?:${fields}) = `, 'g');
const assigned = files
  .filter((file) => file !== 'domain/port-life.ts')
  .flatMap((file) => textOf(file).match(assignment) ?? []);
console.log(`${assigned.length} assignments to a field of a port outside its life`);

const imports = folderImports(source);
const circles = [...imports].flatMap(([folder, imported]) =>
  [...imported].filter((other) => folder < other && imports.get(other)?.has(folder)),
);
console.log(`${circles.length} pairs of folders import each other`);

const tests = sourcesIn(join(daemon, 'test'))
  .filter((file) => !file.startsWith('e2e/'))
  .map((file) => join('test', file));
const direct = new Set(tests.flatMap((file) => importedBy(daemon, file)));
const reached = new Set(tests);
// A set's values include those that are added on the way.
for (const file of reached) for (const other of importedBy(daemon, file)) reached.add(other);
const services = files.filter((file) => /^(?:services|features)\//.test(file));
/** @param {ReadonlySet<string>} known */
const countBeyond = (known) => services.filter((file) => !known.has(join('src', file))).length;
console.log(`of ${services.length} files of services and features`);
console.log(`  ${countBeyond(direct)} are imported by no test but an end-to-end one`);
console.log(`  ${countBeyond(reached)} run in no test but an end-to-end one`);
console.log(`${files.length} files in all`);
