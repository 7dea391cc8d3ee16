import type { RunResult } from '@dovesnap/command';
import type { NamespaceTarget, WriteSetting } from './types.ts';

/** The namespace that a call works on, limited to the caller's remaining time. */
export interface Namespace {
  readonly target: NamespaceTarget | undefined;
  run(argv: readonly [string, ...string[]], input?: string): Promise<RunResult>;
  /**
   * Gives the long-lived `ip` one line with the names that ip looks up for it. Resolves to the reason when the line
   * failed. Undefined when every batch starts a program.
   */
  readonly ask:
    | ((line: string, links: readonly string[]) => Promise<string | undefined>)
    | undefined;
  /** Writes one file below /proc/sys. Undefined for another namespace, which only a program can enter. */
  readonly writeSetting: WriteSetting | undefined;
  /** The links that were sealed through this handle and not unsealed since. */
  readonly sealed: Set<string>;
  /**
   * Runs one task at a time: the seal table must not get a new chain between the check that it is empty and its
   * removal.
   */
  inSealTurn<T>(task: () => Promise<T>): Promise<T>;
}
