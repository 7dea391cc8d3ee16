/** Files that are only in memory, and somebody else who writes them. */
export interface MemoryFiles {
  read(path: string): string | undefined;
  /** Replaces `expected` with `text`, unless the file has other content. */
  replace(path: string, expected: string | undefined, text: string | undefined): Promise<boolean>;
  /** Calls back after any of the files was written. */
  watch(paths: readonly string[], onChange: () => void): { close(): void };
  readonly texts: Map<string, string>;
  /** Writes as another program would: watchers hear of it. */
  put(path: string, text: string | undefined): void;
  /** Called right before the next replace compares: the moment of a concurrent edit. */
  beforeReplace: (() => void) | undefined;
  /** What the next replaces reject with. */
  failure: Error | undefined;
  /** Texts that were put in place by `replace`, in order. */
  readonly written: (string | undefined)[];
}

/** Makes files in memory with these texts. */
export function memoryFiles(start: Readonly<Record<string, string>>): MemoryFiles {
  const texts = new Map(Object.entries(start));
  const watchers = new Set<{ paths: readonly string[]; onChange: () => void }>();
  const put = (path: string, text: string | undefined): void => {
    if (text === undefined) texts.delete(path);
    else texts.set(path, text);
    for (const watcher of [...watchers]) {
      if (watcher.paths.includes(path)) setImmediate(watcher.onChange);
    }
  };
  const self: MemoryFiles = {
    texts,
    put,
    beforeReplace: undefined,
    failure: undefined,
    written: [],
    read: (path) => texts.get(path),
    async replace(path, expected, text) {
      self.beforeReplace?.();
      self.beforeReplace = undefined;
      if (self.failure !== undefined) throw self.failure;
      if (texts.get(path) !== expected) return false;
      self.written.push(text);
      put(path, text);
      return true;
    },
    watch(paths, onChange) {
      const watcher = { paths, onChange };
      watchers.add(watcher);
      return { close: () => watchers.delete(watcher) };
    },
  };
  return self;
}
