import process from 'node:process';
import type { NamespaceTarget } from './types.ts';

/** Gives a path that opens the namespace; for undefined that of this process, whoever opens it. */
export function namespacePath(target: NamespaceTarget | undefined): string {
  if (target === undefined) return `/proc/${process.pid}/ns/net`;
  return 'path' in target ? target.path : `/proc/${target.pid}/ns/net`;
}

/** Puts a program into the namespace: program and arguments to run instead. */
export function inNamespace(
  target: NamespaceTarget | undefined,
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  return target === undefined ? argv : ['nsenter', `--net=${namespacePath(target)}`, '--', ...argv];
}
