import { writeFile } from 'node:fs/promises';
import { type Run, run as runHere, spawn as spawnHere } from '@dovesnap/command';
import { applyChanges } from './apply.ts';
import type { Namespace } from './namespace.ts';
import { inNamespace } from './namespace-path.ts';
import { readLink, readLinks, readMerging, readRoutes, readSeals } from './read.ts';
import type { Change, NamespaceTarget, Netns, NetnsOptions, Wait, WriteSetting } from './types.ts';
import { watchLinks } from './watch-links.ts';

/**
 * Opens a handle on a network namespace: that of a process, behind a path, or the one we run in. Starts nothing and
 * holds nothing open; a namespace that is gone shows when it is used.
 */
export function netns(target?: NamespaceTarget, options: NetnsOptions = {}): Netns {
  const { run = runHere, spawn = spawnHere, now = (): number => performance.now() } = options;
  const { writeSetting = writeBelowProc } = options;
  const sealed = new Set<string>();
  let seals: Promise<unknown> = Promise.resolve();
  const inSealTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = seals.then(task);
    seals = result.catch(() => undefined);
    return result;
  };
  const open = (wait: Wait = {}): Namespace => ({
    target,
    inSealTurn,
    sealed,
    writeSetting: target === undefined ? writeSetting : undefined,
    run: withinWait(run, target, wait, now),
  });
  return {
    target,
    apply: (changes: readonly Change[], wait) => applyChanges(open(wait), changes),
    links: (wait) => readLinks(open(wait)),
    link: (name, wait) => readLink(open(wait), name),
    routes: (wait) => readRoutes(open(wait)),
    merging: (name, wait) => readMerging(open(wait), name),
    seals: (wait) => readSeals(open(wait)),
    changes: ({ signal }) => watchLinks(spawn, target, signal),
  };
}

/** One deadline for all the programs of a call. */
function withinWait(
  run: Run,
  target: NamespaceTarget | undefined,
  wait: Wait,
  now: () => number,
): Namespace['run'] {
  const end = wait.deadline === undefined ? undefined : now() + wait.deadline;
  return (argv, input) => {
    const [file, ...args] = inNamespace(target, argv);
    return run(file, args, {
      ...(input === undefined ? {} : { input }),
      ...(wait.signal === undefined ? {} : { signal: wait.signal }),
      ...(end === undefined ? {} : { deadline: end - now() }),
    });
  };
}

/** A file write costs a program less than starting one. */
const writeBelowProc: WriteSetting = (setting, value) => writeFile(`/proc/sys/${setting}`, value);
