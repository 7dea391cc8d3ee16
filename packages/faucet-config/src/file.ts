import { randomBytes } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FaucetConfigError } from './error.ts';
import { type Watching, watchFiles } from './watch.ts';

/** The files of a configuration, as the store uses them. */
export interface ConfigFiles {
  /** Text of a file, undefined when there is none. @throws FaucetConfigError `UNREADABLE`. */
  read(path: string): string | undefined;
  /**
   * Puts `text` in the place of `expected` (undefined, both times: no file), all of it or nothing; false when the file
   * holds something else by now. @throws FaucetConfigError `WRITE`, and then the file is as it was.
   */
  replace(path: string, expected: string | undefined, text: string | undefined): Promise<boolean>;
  /** Calls back after any of the files may have changed, appeared or gone. */
  watch(paths: readonly string[], onChange: () => void): Watching;
}

/** Mode of a file that was not there before: Faucet usually runs as another user and must be able to read it. */
const newFileMode = 0o644;

/** The files of this machine. */
export const realFiles: ConfigFiles = {
  read: readText,
  replace: replaceText,
  watch: watchFiles,
};

/**
 * Reads a UTF-8 file without changing anything in it, a byte order mark included; undefined when there is none.
 *
 * @throws FaucetConfigError `UNREADABLE`, also when it is not UTF-8: written back, such a file would not be the same.
 */
export function readText(path: string): string | undefined {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(readFileSync(path));
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    const message = `${path} cannot be read: ${messageOf(cause)}`;
    throw new FaucetConfigError('UNREADABLE', message, { file: path, cause });
  }
}

/**
 * Puts a text in a file's place in one step: a temporary file beside it, made durable, then renamed over it. Mode and
 * owner stay; a symbolic link stays one and its target is replaced. Answers false, and changes nothing, when the file
 * does not hold `expected` right before the rename.
 *
 * @throws FaucetConfigError `WRITE`: the file is as it was and the temporary one is gone.
 */
export async function replaceText(
  path: string,
  expected: string | undefined,
  text: string | undefined,
): Promise<boolean> {
  try {
    if (text === undefined) return await removeFile(path, expected);
    const target = expected === undefined ? path : realpathSync(path);
    const temporary = join(
      dirname(target),
      `.${basename(target)}.${randomBytes(6).toString('hex')}`,
    );
    try {
      await writeDurably(temporary, target, text);
      if (readText(target) !== expected) return false;
      if (expected === undefined) await link(temporary, target);
      else await rename(temporary, target);
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
    await syncFolder(dirname(target));
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    if (cause instanceof FaucetConfigError) throw cause;
    const message = `${path} cannot be written: ${messageOf(cause)}; it is as it was`;
    throw new FaucetConfigError('WRITE', message, { file: path, cause });
  }
}

async function removeFile(path: string, expected: string | undefined): Promise<boolean> {
  if (readText(path) !== expected) return false;
  if (expected !== undefined) await unlink(path);
  return true;
}

async function writeDurably(temporary: string, target: string, text: string): Promise<void> {
  const before = await stat(target).catch(() => undefined);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text, 'utf8');
    if (before !== undefined) await keepOwner(handle, before);
    await handle.chmod(before === undefined ? newFileMode : before.mode & 0o7777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function keepOwner(handle: FileHandle, before: { uid: number; gid: number }): Promise<void> {
  const now = await handle.stat();
  // Only when needed: without root even a chown to oneself may be refused.
  if (now.uid !== before.uid || now.gid !== before.gid) await handle.chown(before.uid, before.gid);
}

/** The rename itself must survive a power cut; where folders cannot be synced the content still can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function messageOf(error: unknown): string {
  if (codeOf(error) === 'ENOSPC') return 'no space left on the device';
  return error instanceof Error ? error.message : String(error);
}
