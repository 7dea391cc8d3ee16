import { writeFile } from 'node:fs/promises';
import { run as runHere, spawn as spawnHere } from '@dovesnap/command';
import { applyChanges } from './apply.ts';
import { mendSeals } from './mend-seals.ts';
import type { Namespace } from './namespace.ts';
import { inNamespace } from './namespace-path.ts';
import { type LongIp, openIp } from './open-ip.ts';
import { readLink, readLinks, readMerging, readRoutes, readSeals } from './read.ts';
import { linkOfSeal } from './seal.ts';
import type {
  Change,
  NamespaceTarget,
  Netns,
  NetnsOptions,
  OpenNetns,
  Wait,
  WriteSetting,
} from './types.ts';
import { watchLinks } from './watch-links.ts';

/**
 * Opens a handle on a network namespace: of a process, at a path, or the namespace of this process. Starts no program
 * and holds no resource open. A missing namespace causes an error only when the handle is used.
 */
export function netns(target?: NamespaceTarget, options: NetnsOptions = {}): Netns {
  return handleOn(target, options, undefined);
}

/**
 * Opens a handle on the namespace of this process that keeps one `ip` running for changes. A change then takes a
 * fraction of the time that starting a program takes, which is longer the more memory this process has. Results and
 * errors are the same as with {@link netns}.
 *
 * The first change starts the program; when it has ended, hangs past a deadline (of the call, else 30 s) or is a minute
 * old, the next change starts another. It does not keep this process alive. Within that minute, a link should be named by its name: ip would
 * not notice that an alternative name (`ip link property`) has passed to another link.
 *
 * These still start a program: the removal of links, which takes the kernel long enough to hold up the changes behind it,
 * unless something is made behind it in the same call;
 * batches of more than 32 lines; batches that take an address, a route or a link's `up` away and give something, so that
 * nothing is missing for as long as this process is busy, or for good if it ends; moves to another namespace, which
 * iproute2 before 6.12 would keep open; and reads, as ip prints the names that links had when it first read them.
 */
export function openNetns(options: NetnsOptions = {}): OpenNetns {
  const { spawn = spawnHere, now = monotonic } = options;
  const ip = openIp(spawn, now);
  return { ...handleOn(undefined, options, ip), close: ip.close };
}

function handleOn(
  target: NamespaceTarget | undefined,
  options: NetnsOptions,
  ip: LongIp | undefined,
): Netns {
  const { run = runHere, spawn = spawnHere, now = monotonic } = options;
  const { writeSetting = writeBelowProc } = options;
  const sealed = new Set<string>();
  let seals: Promise<unknown> = Promise.resolve();
  const inSealTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = seals.then(task);
    seals = result.catch(() => undefined);
    return result;
  };
  const open = (wait: Wait = {}): Namespace => {
    const left = remaining(wait, now);
    return {
      target,
      inSealTurn,
      sealed,
      writeSetting: target === undefined ? writeSetting : undefined,
      run: (argv, input) => {
        const [file, ...args] = inNamespace(target, argv);
        return run(file, args, { ...(input === undefined ? {} : { input }), ...left() });
      },
      ask: ip === undefined || ip.closed ? undefined : (line, links) => ip.ask(line, links, left()),
    };
  };
  return {
    target,
    apply: (changes: readonly Change[], wait) => applyChanges(open(wait), changes),
    links: (wait) => readLinks(open(wait)),
    link: (name, wait) => readLink(open(wait), name),
    routes: (wait) => readRoutes(open(wait)),
    merging: (name, wait) => readMerging(open(wait), name),
    seals: (wait) => readSeals(open(wait)),
    keepsSeal: (chain) => sealed.has(linkOfSeal(chain) ?? ''),
    mendSeals: ({ also = [], ...wait } = {}) => mendSeals(open(wait), also),
    changes: (wait) => watchLinks(spawn, target, wait),
  };
}

/** Returns what is left of the limits of a call, whenever it is asked: one deadline applies to all of its programs. */
function remaining({ signal, deadline }: Wait, now: () => number): () => Wait {
  const end = deadline === undefined ? undefined : now() + deadline;
  return () => ({
    ...(signal === undefined ? {} : { signal }),
    ...(end === undefined ? {} : { deadline: end - now() }),
  });
}

const monotonic = (): number => performance.now();

/** A file write is cheaper than starting a program. */
const writeBelowProc: WriteSetting = (setting, value) => writeFile(`/proc/sys/${setting}`, value);
