import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder; `await using` removes it at the end of the block. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** Removes it with all that is in it; nothing happens when it is gone. */
  remove(): Promise<void>;
}

/** Makes a folder of its own below the system's folder for temporary files. */
export async function tempDir(name = 'dovesnap'): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  const remove = async (): Promise<void> => await rm(path, { recursive: true, force: true });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
