import type { RunResult } from '@dovesnap/command';
import type { NamespaceTarget } from './types.ts';

/** How the appliers run a program: in the namespace, within what is left of the caller's time. */
export interface Namespace {
  readonly target: NamespaceTarget | undefined;
  run(argv: readonly [string, ...string[]], input?: string): Promise<RunResult>;
  /** Runs one task at a time: whether the seals' table is empty must not change before it is removed. */
  inSealTurn<T>(task: () => Promise<T>): Promise<T>;
}
