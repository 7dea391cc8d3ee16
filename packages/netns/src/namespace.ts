import type { RunResult } from '@dovesnap/command';
import type { NamespaceTarget, WriteSetting } from './types.ts';

/** How the appliers run a program: in the namespace, within what is left of the caller's time. */
export interface Namespace {
  readonly target: NamespaceTarget | undefined;
  run(argv: readonly [string, ...string[]], input?: string): Promise<RunResult>;
  /** Writes one file below /proc/sys; undefined for another namespace, which only a program can enter. */
  readonly writeSetting: WriteSetting | undefined;
  /** The links that were sealed through this handle and not unsealed since. */
  readonly sealed: Set<string>;
  /** Runs one task at a time: whether the seals' table is empty must not change before it is removed. */
  inSealTurn<T>(task: () => Promise<T>): Promise<T>;
}
