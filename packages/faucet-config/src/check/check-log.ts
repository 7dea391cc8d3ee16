import type { SourceFile } from '../model/merge-includes.ts';
import { type RawProblem, toProblems } from '../problem.ts';
import type { ProblemCode } from '../problem-code.ts';
import type { Problem, ProblemSeverity } from '../types.ts';
import { type Node, resolve, type Span } from '../yaml/node.ts';

/** The position of a check, and the log that it reports to. */
export interface Spot {
  readonly file: SourceFile;
  readonly path: readonly string[];
  readonly log: CheckLog;
}

/** The problems found so far. */
export type CheckLog = { readonly file: SourceFile; readonly raw: RawProblem }[];

/** Returns a spot one or more keys deeper. */
export function below(spot: Spot, ...keys: readonly string[]): Spot {
  return { ...spot, path: [...spot.path, ...keys] };
}

/** Logs a problem. The path is put before the message, so that the message is clear on its own. */
export function report(
  spot: Spot,
  at: Span,
  code: ProblemCode,
  message: string,
  severity: ProblemSeverity = 'refused',
): void {
  const { file, path, log } = spot;
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  log.push({ file, raw: { code, severity, message: where + message, offset: at.start, path } });
}

/** Returns the problems with lines and columns, without duplicates, ordered by file and by position. */
export function logToProblems(log: CheckLog): Problem[] {
  const byFile = new Map<SourceFile, RawProblem[]>();
  const seen = new Set<string>();
  for (const { file, raw } of log) {
    const id = JSON.stringify([file.path, raw.code, raw.severity, raw.message, raw.offset]);
    if (seen.has(id)) continue;
    seen.add(id);
    const list = byFile.get(file) ?? [];
    byFile.set(file, list);
    list.push(raw);
  }
  return [...byFile].flatMap(([file, list]) =>
    toProblems(
      list.sort((a, b) => a.offset - b.offset),
      file.parsed.text,
      file.path,
    ),
  );
}

/** Returns whether Python would treat a value as false: null, false, 0, "" or an empty list or map. */
export function isFalsy(node: Node | undefined): boolean {
  if (node === undefined) return true;
  const at = resolve(node);
  if (at.kind === 'list') return at.items.length === 0;
  if (at.kind === 'map') return at.entries.length === 0;
  const { value } = at;
  return value === null || value === false || value === '' || value === 0 || value === 0n;
}
