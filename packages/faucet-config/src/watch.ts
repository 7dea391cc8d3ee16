import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** A watch that can be ended. */
export interface Watching {
  close(): void;
}

/**
 * Calls back after any of the files may have changed, appeared or gone: once for changes that come together. The
 * folders are watched, not the files, because a rename puts another file in the place. A file that is a symbolic link
 * is watched on both sides. A folder that does not exist is waited for in the nearest one that does.
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

/** Folder -> names in it that matter. */
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
    // A folder that goes away ends its watch with an error; what is in it is gone then, which is a change.
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
