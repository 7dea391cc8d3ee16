// Looks at the packed tarballs as those who install them: publint, and attw of Are the types wrong.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { toolEnvironment } from './lib/paths.mjs';
import { run } from './lib/program.mjs';
import { packForTrial } from './lib/published.mjs';

const env = toolEnvironment();
const folder = mkdtempSync(join(tmpdir(), 'dovesnap-published-'));
try {
  await run('pnpm', ['exec', 'turbo', 'run', 'build', '--filter=./packages/*'], { env });
  const tarballs = await packForTrial(folder);
  await Promise.all(
    tarballs.map(async (tarball) => {
      await run('pnpm', ['exec', 'publint', '--strict', tarball], { env });
      await run('pnpm', ['exec', 'attw', '--profile', 'esm-only', tarball], { env });
      console.log(`${basename(tarball)}: nothing to complain of`);
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
