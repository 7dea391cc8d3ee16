import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, toolEnvironment } from '../lib/paths.mjs';
import { run } from '../lib/program.mjs';
import { packForTrial, publishedPackages } from '../lib/published.mjs';

const fixtures = fileURLToPath(new URL('./fixtures/consumer/', import.meta.url));
const env = toolEnvironment();
const folder = mkdtempSync(join(tmpdir(), 'dovesnap-consumer-'));
const project = join(folder, 'project');

const used = {
  command: 'said',
  dhcpSupervisor: 'function',
  faucetConfig: true,
  dot: true,
  png: 'PNG',
  nat: true,
  netns: true,
  ovs: '16208455061859074049',
};

const published = publishedPackages();
const installedIn = (name: string): string => join(project, 'node_modules', name);

beforeAll(async () => {
  await run('pnpm', ['exec', 'turbo', 'run', 'build', '--filter=./packages/*'], { cwd: root, env });
  const files = await packForTrial(folder);
  expect(files).toHaveLength(published.length);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}\n');
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const own = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...files, ...own], {
    cwd: project,
  });
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(published.map(({ manifest }) => manifest))('$name says what it is', (manifest) => {
  const text = readFileSync(join(installedIn(manifest.name), 'package.json'), 'utf8');
  expect(text).not.toContain('workspace:');
  expect(JSON.parse(text)).toMatchObject({
    description: expect.any(String),
    keywords: expect.arrayContaining([expect.any(String)]),
    license: 'Apache-2.0',
    author: 'the dovesnap authors',
    engines: { node: '>=20.19' },
  });
});

it.each(published.map(({ manifest }) => manifest))(
  '$name comes with its README and the licence, and pins nothing that its users share',
  ({ name }) => {
    const read = (file: string): string => readFileSync(join(installedIn(name), file), 'utf8');
    expect(read('README.md')).toContain(name);
    expect(read('LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    const { dependencies = {} } = JSON.parse(read('package.json'));
    for (const range of Object.values(dependencies)) expect(range).toMatch(/^\^/);
  },
);

it('is refused without the address of the project, unless it is a trial', async () => {
  const [first] = published;
  const packing = run('pnpm', ['pack', '--pack-destination', folder], { cwd: first?.folder, env });
  await expect(packing).rejects.toThrow(/cannot be released: "repository.url"/);
});

it('works from plain JavaScript in an empty project', async () => {
  copyFileSync(join(fixtures, 'use.mjs'), join(project, 'use.mjs'));
  expect(JSON.parse(await run('node', ['use.mjs'], { cwd: project }))).toEqual(used);
});

it.each(['nodenext', 'bundler'])('works from TypeScript with %s resolution', async (resolution) => {
  copyFileSync(join(fixtures, 'use.ts'), join(project, 'use.ts'));
  const options = ['--strict', '--target', 'es2022', '--types', 'node', '--outDir', resolution];
  const module = resolution === 'nodenext' ? 'nodenext' : 'preserve';
  const how = ['--module', module, '--moduleResolution', resolution, '--skipLibCheck', 'false'];
  await run(join(project, 'node_modules', '.bin', 'tsc'), [...options, ...how, 'use.ts'], {
    cwd: project,
  });
  const said = await run('node', [join(resolution, 'use.js')], { cwd: project });
  expect(JSON.parse(said)).toEqual({ ...used, code: 'NOT_FOUND' });
});

it('brings the command dovesnap-graph', async () => {
  writeFileSync(join(project, 'lab.json'), '{"bridges":[{"name":"lab0","ports":[]}]}');
  const args = ['--input', 'lab.json', '-o', 'lab.png'];
  await run(join(project, 'node_modules', '.bin', 'dovesnap-graph'), args, { cwd: project });
  expect(readFileSync(join(project, 'lab.png')).subarray(1, 4).toString()).toBe('PNG');
});
