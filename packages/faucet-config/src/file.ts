import { randomBytes } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FaucetConfigError } from './error.ts';
import { type Watching, watchFiles } from './watch.ts';

/** The file operations that the store uses. */
export interface ConfigFiles {
  /** Returns the text of a file, or undefined if it is missing. @throws FaucetConfigError `UNREADABLE`. */
  read(path: string): string | undefined;
  /**
   * Replaces `expected` with `text` atomically. For both, undefined means that there is no file. Returns false if the
   * file now has other content.
   *
   * @throws FaucetConfigError `WRITE`; the file is then unchanged.
   */
  replace(path: string, expected: string | undefined, text: string | undefined): Promise<boolean>;
  /** Calls back after any of the files may have been changed, created or removed. */
  watch(paths: readonly string[], onChange: () => void): Watching;
}

/** Mode of a new file. Faucet usually runs as another user and must be able to read it. */
const newFileMode = 0o644;

/** The file system of this machine. */
export const realFiles: ConfigFiles = {
  read: readText,
  replace: replaceText,
  watch: watchFiles,
};

/**
 * Reads a UTF-8 file unchanged, including a byte order mark. Returns undefined if the file is missing.
 *
 * @throws FaucetConfigError `UNREADABLE`, also if the file is not UTF-8, because writing it back would change it.
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
 * Replaces the text of a file atomically: writes a temporary file next to it, syncs it to disk and renames it over the
 * file. Mode and owner are kept. If the file is a symbolic link, its target is replaced and the link is kept. Returns
 * false, and changes nothing, if the file does not contain `expected` right before the rename.
 *
 * @throws FaucetConfigError `WRITE`: the file is unchanged and the temporary file is removed.
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
    const message = `${path} cannot be written: ${messageOf(cause)}; it is unchanged`;
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
  // Only if needed: without root, even a chown to the current owner may be refused.
  if (now.uid !== before.uid || now.gid !== before.gid) await handle.chown(before.uid, before.gid);
}

/** Makes the rename itself survive a power failure. If the folder cannot be synced, the content was synced anyway. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/**
 * Returns the message without the system call and its path. The caller's message names the file, and a temporary file
 * has a different name each time.
 */
function messageOf(error: unknown): string {
  if (codeOf(error) === 'ENOSPC') return 'no space left on the device';
  if (!(error instanceof Error)) return String(error);
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error.message : (error.message.split(`, ${syscall}`)[0] ?? '');
}
