import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty directory. `await using` removes it at the end of the block. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** Removes the directory and its content. Does nothing when it no longer exists. */
  remove(): Promise<void>;
}

/** Creates a directory in the system's directory for temporary files. */
export async function tempDir(name = 'dovesnap'): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  const remove = async (): Promise<void> => await rm(path, { recursive: true, force: true });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
