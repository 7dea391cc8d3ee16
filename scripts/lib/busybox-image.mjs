import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker, tryDocker } from './docker.mjs';
import { run } from './program.mjs';
import { saveRecord } from './records.mjs';

const image = 'busybox:latest';

/** Makes sure that there is a busybox image: pulled where a registry answers, else made from the static program. */
export async function ensureBusybox() {
  if ((await tryDocker(['image', 'inspect', image])).code === 0) return 'is there';
  const pulled = (await tryDocker(['pull', '--quiet', image], { timeoutMs: 20_000 })).code === 0;
  if (!pulled) await makeImage();
  const id = await docker(['image', 'inspect', '--format', '{{.Id}}', image]);
  saveRecord({ kind: 'image', name: 'busybox', id });
  return pulled ? 'pulled' : 'made from /bin/busybox, as no registry answered';
}

async function makeImage() {
  const folder = mkdtempSync(join(tmpdir(), 'busybox-'));
  try {
    for (const name of ['bin', 'etc', 'tmp', 'root'])
      mkdirSync(join(folder, 'root', name), { recursive: true });
    const program = join(folder, 'root', 'bin', 'busybox');
    copyFileSync('/bin/busybox', program);
    const applets = (await run(program, ['--list'])).split('\n');
    for (const applet of applets.filter((name) => name !== 'busybox')) {
      symlinkSync('busybox', join(folder, 'root', 'bin', applet));
    }
    writeFileSync(join(folder, 'root', 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    const archive = join(folder, 'root.tar');
    await run('tar', ['-C', join(folder, 'root'), '-cf', archive, '.']);
    await docker(['import', '--change', 'CMD ["sh"]', '--change', 'ENV PATH=/bin', archive, image]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
