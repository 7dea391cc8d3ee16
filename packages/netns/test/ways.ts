import { type Child, type Spawn, spawn as spawnHere } from '@dovesnap/command';
import type { TestNamespace } from '@dovesnap/testkit';
import { type NetnsOptions, netns, type OpenNetns, openNetns } from '../src/index.ts';

/** A handle as `openNetns` gives it, on the namespace of a test instead of the one of this process. */
export interface Inside {
  readonly here: OpenNetns;
  /** Every program that the handle has kept running, the newest last. */
  readonly started: readonly Child[];
  /** The programs that were run to their end, with their arguments. */
  readonly ran: readonly string[];
}

/** Opens a handle whose programs are all in the namespace, as if this process were in it. */
export function openInside(space: TestNamespace, options: Pick<NetnsOptions, 'now'> = {}): Inside {
  const started: Child[] = [];
  const ran: string[] = [];
  // nsenter becomes the program, so the process id is the program's.
  const spawn: Spawn = (file, args, options) => {
    const child = spawnHere('nsenter', [`--net=${space.path}`, '--', file, ...args], options);
    started.push(child);
    return child;
  };
  const here = openNetns({
    ...options,
    spawn,
    run: (file, args, options) => {
      ran.push([file, ...args].join(' '));
      return space.run(file, args, options);
    },
  });
  return { here, started, ran };
}

/** The two ways in which a handle makes changes. What it does and says must not depend on which one it is. */
export const ways: readonly (readonly [string, (space: TestNamespace) => OpenNetns])[] = [
  [
    'a program for each batch',
    (space) => ({ ...netns({ path: space.path }), close: async () => undefined }),
  ],
  ['one long-lived ip', (space) => openInside(space).here],
];
