import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** A watch that can be closed. */
export interface Watching {
  close(): void;
}

/**
 * Calls back after any of the files may have been changed, created or removed; several changes in quick succession
 * cause one call. The folders are watched instead of the files, because a rename puts a different file in place. A
 * symbolic link is watched at both ends. If a folder does not exist, its nearest existing parent is watched until it
 * does.
 */
export function watchFiles(paths: readonly string[], onChange: () => void): Watching {
  let queued: NodeJS.Immediate | undefined;
  const queue = (): void => {
    queued ??= setImmediate(() => {
      queued = undefined;
      onChange();
    });
  };
  const watchers = [...foldersOf(paths)].flatMap(
    ([folder, names]) => openWatcher(folder, names, queue) ?? [],
  );
  return {
    close: () => {
      clearImmediate(queued);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Maps each folder to the names in it that matter. */
function foldersOf(paths: readonly string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths.flatMap((one) => [one, realPathOf(one) ?? one])) {
    let folder = dirname(path);
    let name = basename(path);
    while (realPathOf(folder) === undefined && dirname(folder) !== folder) {
      name = basename(folder);
      folder = dirname(folder);
    }
    folders.set(folder, (folders.get(folder) ?? new Set()).add(name));
  }
  return folders;
}

function openWatcher(
  folder: string,
  names: ReadonlySet<string>,
  onChange: () => void,
): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name === null || names.has(name)) onChange();
    });
    // When a folder is removed, its watch ends with an error. Its files are gone too, which is a change.
    watcher.on('error', onChange);
    return watcher;
  } catch {
    return undefined;
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
