import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { folderImports } from '../lib/imports.mjs';
import { root } from '../lib/paths.mjs';

type Imports = ReadonlyMap<string, ReadonlySet<string>>;

/** Returns whether a folder imports another, itself or through what it imports. */
function leadsTo(imports: Imports, from: string, to: string, seen = new Set<string>()): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  const next = [...(imports.get(from) ?? [])];
  return next.some((folder) => folder === to || leadsTo(imports, folder, to, seen));
}

const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);

it.each([...packages, 'apps/dovesnapd'])('the folders of %s import in one direction', (name) => {
  const imports = folderImports(join(root, name, 'src'));
  const circles = [...imports].flatMap(([folder, imported]) =>
    [...imported]
      .filter((other) => leadsTo(imports, other, folder))
      .map((other) => `${folder} imports ${other}, which leads back to it`),
  );
  expect(circles).toEqual([]);
});

it.each([...packages, 'apps/dovesnapd'])('no two files of %s have one name', (name) => {
  const files = readdirSync(join(root, name, 'src'), { recursive: true, encoding: 'utf8' });
  const names = files.filter((file) => file.endsWith('.ts')).map((file) => basename(file));
  const twice = names.filter((one, index) => names.indexOf(one) !== index);
  expect(twice).toEqual([]);
});

it('sees what a folder imports', () => {
  const imports = folderImports(join(root, 'packages', 'ovs', 'src'));
  expect([...(imports.get('switch') ?? [])]).toEqual(expect.arrayContaining(['ovsdb', 'error.ts']));
});

it('lets nothing of the daemon import what is above it', () => {
  const layers = ['protocol', 'edges', 'domain', 'plan', 'services', 'features'];
  const rankOf = (folder: string): number => layers.indexOf(folder.split('/')[0] ?? '');
  const imports = folderImports(join(root, 'apps/dovesnapd/src'));
  const upwards = [...imports].flatMap(([folder, imported]) =>
    [...imported]
      .filter(
        (other) => rankOf(folder) >= 0 && (rankOf(other) < 0 || rankOf(other) > rankOf(folder)),
      )
      .map((other) => `${folder} imports ${other}`),
  );
  expect(upwards).toEqual([]);
});

it('lets a feature know the core and no other feature', () => {
  const imports = folderImports(join(root, 'apps/dovesnapd/src'));
  const known = [...imports].flatMap(([folder, imported]) =>
    folder.startsWith('features/')
      ? [...imported]
          .filter((other) => /^features\/./.test(other))
          .map((other) => `${folder}: ${other}`)
      : [],
  );
  expect(known).toEqual([]);
});
