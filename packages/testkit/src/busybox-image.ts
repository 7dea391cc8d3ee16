import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostAccess } from './host-access.ts';

const busybox = '/bin/busybox';
const root = '/run/testbed/busybox';

/**
 * Builds the root file system of the `busybox` image in the host (once) from the distribution's static busybox, with a
 * link for every applet, and packs it as a tar file. Returns the file's path in the host.
 */
export async function packBusybox(host: HostAccess): Promise<string> {
  const outside = host.path(root);
  const archive = `${root}.tar`;
  const created = await mkdir(join(outside, 'bin'), { recursive: true });
  if (created === undefined) return archive;
  await Promise.all(['dev', 'etc', 'proc', 'sys', 'tmp'].map((dir) => mkdir(join(outside, dir))));
  await copyFile(busybox, join(outside, 'bin/busybox'));
  const { stdout } = await host.run(busybox, ['--list']);
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  await Promise.all(applets.map((name) => symlink('busybox', join(outside, 'bin', name))));
  await host.run('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}
