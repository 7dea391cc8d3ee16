import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, toolEnvironment } from '../lib/paths.mjs';
import { run } from '../lib/program.mjs';

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

function manifestOf(packageFolder: string): { name: string; private?: boolean } {
  return JSON.parse(readFileSync(join(root, 'packages', packageFolder, 'package.json'), 'utf8'));
}

const published = readdirSync(join(root, 'packages')).filter((name) => !manifestOf(name).private);

beforeAll(async () => {
  await run('pnpm', ['exec', 'turbo', 'run', 'build', '--filter=./packages/*'], { cwd: root, env });
  for (const name of published) {
    const cwd = join(root, 'packages', name);
    await run('pnpm', ['pack', '--pack-destination', folder], { cwd, env });
  }
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  expect(tarballs).toHaveLength(published.length);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}\n');
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const own = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
  const files = tarballs.map((name) => join(folder, name));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...files, ...own], {
    cwd: project,
  });
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('packs every published package, none with a workspace reference left in it', () => {
  for (const name of published) {
    const { name: packageName } = manifestOf(name);
    const installed = readFileSync(
      join(project, 'node_modules', packageName, 'package.json'),
      'utf8',
    );
    expect(installed).not.toContain('workspace:');
    expect(readFileSync(join(project, 'node_modules', packageName, 'README.md'), 'utf8')).toContain(
      packageName,
    );
  }
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
