import { chmod, chown, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@dovesnap/command';
import { tempDir } from '@dovesnap/testkit';
import { describe, expect, it } from 'vitest';
import { replaceText } from '../src/file.ts';

describe('replaceText as root', () => {
  it('keeps the owner, so that a Faucet that is not root can go on reading', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    await writeFile(path, 'old');
    await chown(path, 65534, 65533);
    await chmod(path, 0o600);
    await replaceText(path, 'old', 'new');
    expect(await stat(path)).toMatchObject({ uid: 65534, gid: 65533, mode: 0o100600 });
  });

  it('leaves the old file alone on a full disk, and no half one beside it', async () => {
    await using folder = await tempDir();
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder.path]);
    try {
      const path = join(folder.path, 'faucet.yaml');
      await writeFile(path, 'old');
      const replaced = replaceText(path, 'old', 'x'.repeat(200_000));
      await expect(replaced).rejects.toMatchObject({
        code: 'WRITE',
        message: expect.stringContaining('no space left on the device; it is unchanged'),
      });
      expect(await readFile(path, 'utf8')).toBe('old');
      expect(await readdir(folder.path)).toEqual(['faucet.yaml']);
    } finally {
      await run('umount', [folder.path]);
    }
  });
});
