import type { SourceFile } from './merge-includes.ts';
import { type Node, resolve, type Span } from './node.ts';
import { type RawProblem, toProblems } from './problem.ts';
import type { ProblemCode } from './problem-code.ts';
import type { Problem, ProblemSeverity } from './types.ts';

/** Where a check is, and where it reports to. */
export interface Spot {
  readonly file: SourceFile;
  readonly path: readonly string[];
  readonly log: CheckLog;
}

/** Problems as they are found. */
export type CheckLog = { readonly file: SourceFile; readonly raw: RawProblem }[];

/** A spot one or more keys further in. */
export function below(spot: Spot, ...keys: readonly string[]): Spot {
  return { ...spot, path: [...spot.path, ...keys] };
}

/** Notes a problem; the message is put behind the path, so that it can be read alone. */
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

/** The problems with lines and columns, each once, in the order of the files and of the text. */
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

/** What Python would call a value that counts as nothing: null, false, 0, "" and what is empty. */
export function isFalsy(node: Node | undefined): boolean {
  if (node === undefined) return true;
  const at = resolve(node);
  if (at.kind === 'list') return at.items.length === 0;
  if (at.kind === 'map') return at.entries.length === 0;
  const { value } = at;
  return value === null || value === false || value === '' || value === 0 || value === 0n;
}
