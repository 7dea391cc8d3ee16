import process from 'node:process';
import type { NamespaceTarget } from './types.ts';

/**
 * Returns a path that opens the namespace. For undefined, a path to the namespace of this process that works in every
 * process.
 */
export function namespacePath(target: NamespaceTarget | undefined): string {
  if (target === undefined) return `/proc/${process.pid}/ns/net`;
  return 'path' in target ? target.path : `/proc/${target.pid}/ns/net`;
}

/** Returns the program and arguments that run a program in the namespace. */
export function inNamespace(
  target: NamespaceTarget | undefined,
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  return target === undefined ? argv : ['nsenter', `--net=${namespacePath(target)}`, '--', ...argv];
}
