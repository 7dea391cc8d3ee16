import {
  chmod,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@dovesnap/testkit';
import { describe, expect, it } from 'vitest';
import { readText, replaceText } from '../src/file.ts';
import { watchFiles } from '../src/watch.ts';

describe('replaceText', () => {
  it('puts the new text in place, keeps the mode and leaves nothing beside it', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    expect(await replaceText(path, 'old', 'new')).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o7777).toBe(0o640);
    expect(await readdir(folder.path)).toEqual(['faucet.yaml']);
  });

  it('makes a new file readable for all, and only where there is none', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    expect(await replaceText(path, undefined, 'new')).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await replaceText(path, undefined, 'newer')).toBe(false);
    expect(await readdir(folder.path)).toEqual(['faucet.yaml']);
  });

  it('writes nothing over a content it does not expect', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    await writeFile(path, 'theirs');
    expect(await replaceText(path, 'old', 'new')).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('theirs');
    expect(await readdir(folder.path)).toEqual(['faucet.yaml']);
  });

  it('replaces the target of a symbolic link, not the link', async () => {
    await using folder = await tempDir();
    await mkdir(join(folder.path, 'real'));
    const target = join(folder.path, 'real', 'faucet.yaml');
    const link = join(folder.path, 'faucet.yaml');
    await writeFile(target, 'old');
    await symlink('real/faucet.yaml', link);
    expect(await replaceText(link, 'old', 'new')).toBe(true);
    expect(await readlink(link)).toBe('real/faucet.yaml');
    expect(await readFile(target, 'utf8')).toBe('new');
  });

  it('takes a file away only while it is as expected', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    await writeFile(path, 'theirs');
    expect(await replaceText(path, 'ours', undefined)).toBe(false);
    expect(await replaceText(path, 'theirs', undefined)).toBe(true);
    expect(readText(path)).toBeUndefined();
  });

  it('says WRITE when there is no folder', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'nowhere', 'faucet.yaml');
    const message = `${path} cannot be written: ENOENT: no such file or directory; it is unchanged`;
    await expect(replaceText(path, undefined, 'new')).rejects.toMatchObject({
      code: 'WRITE',
      message,
    });
  });
});

describe('readText', () => {
  it('keeps a byte order mark and line ends', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    await writeFile(path, '\ufeffdps:\r\n');
    expect(readText(path)).toBe('\ufeffdps:\r\n');
  });

  it('refuses what is not UTF-8, which it could not write back as it was', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    await writeFile(path, Buffer.from([0x61, 0xff]));
    expect(() => readText(path)).toThrowError(expect.objectContaining({ code: 'UNREADABLE' }));
  });
});

describe('watchFiles', () => {
  async function heard(path: string, act: () => Promise<unknown>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const watching = watchFiles([path], () => {
        watching.close();
        resolve();
      });
      act().catch(reject);
    });
  }

  it('hears of a write, a rename and a removal', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    await heard(path, () => writeFile(path, 'new'));
    await heard(path, () => replaceText(path, 'new', 'newer'));
    await heard(path, () => replaceText(path, 'newer', undefined));
  });

  it('hears of the target of a symbolic link', async () => {
    await using folder = await tempDir();
    await mkdir(join(folder.path, 'real'));
    const target = join(folder.path, 'real', 'faucet.yaml');
    const link = join(folder.path, 'faucet.yaml');
    await writeFile(target, 'old');
    await symlink(target, link);
    await heard(link, () => writeFile(target, 'new'));
  });

  it('hears of a folder that comes later', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'etc', 'faucet', 'faucet.yaml');
    await heard(path, () => mkdir(join(folder.path, 'etc')));
  });

  it('hears nothing of other files', async () => {
    await using folder = await tempDir();
    const path = join(folder.path, 'faucet.yaml');
    let calls = 0;
    const watching = watchFiles([path], () => {
      calls += 1;
    });
    await writeFile(join(folder.path, 'faucet.log'), 'noise');
    await heard(join(folder.path, 'end'), () => writeFile(join(folder.path, 'end'), ''));
    watching.close();
    expect(calls).toBe(0);
  });
});
