import type { ProblemCode } from './problem-code.ts';
import type { Problem, ProblemSeverity } from './types.ts';

/** The position of a problem in a file. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Returns a function that converts an offset to a line and a column, both counted from 1. Lines end with LF, CRLF or
 * CR.
 */
export function positionsOf(text: string): (offset: number) => Position {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

/** A problem whose offset has not yet been converted to a line and a column. */
export interface RawProblem {
  readonly code: ProblemCode;
  readonly severity: ProblemSeverity;
  readonly message: string;
  readonly offset: number;
  readonly path: readonly string[];
}

/** Converts offsets to lines and columns. */
export function toProblems(
  raw: readonly RawProblem[],
  text: string,
  file: string | undefined,
): Problem[] {
  if (raw.length === 0) return [];
  const positionOf = positionsOf(text);
  return raw.map(({ offset, ...rest }) => ({ ...rest, file, ...positionOf(offset) }));
}

/**
 * Returns the problems of `after` that are not in `before`: those that an edit introduced. Positions are not compared,
 * because an edit moves lines. If a problem occurs twice and occurred once before, the second counts as introduced.
 */
export function introducedProblems(
  before: readonly Problem[],
  after: readonly Problem[],
): Problem[] {
  const identity = (problem: Problem): string =>
    JSON.stringify([problem.code, problem.severity, problem.file, problem.path, problem.message]);
  const known = new Map<string, number>();
  for (const problem of before) {
    known.set(identity(problem), (known.get(identity(problem)) ?? 0) + 1);
  }
  return after.filter((problem) => {
    const left = known.get(identity(problem)) ?? 0;
    if (left === 0) return true;
    known.set(identity(problem), left - 1);
    return false;
  });
}
