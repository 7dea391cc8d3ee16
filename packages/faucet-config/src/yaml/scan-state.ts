import type { RawProblem } from '../problem.ts';
import { isBreak } from './scan-characters.ts';

/** A possible key: where it begins, or that a question mark precedes it. */
export interface PossibleKey {
  readonly at: number;
  readonly line: number;
  readonly question: boolean;
}

/** The state of a scan. */
export interface Scan {
  readonly text: string;
  /** Offset of the next character. */
  at: number;
  /** Offset of the start of the current line. */
  line: number;
  /** Number of open `{` and `[`. */
  depth: number;
  /** Columns of the open block collections. */
  readonly indents: number[];
  /** Whether a key may begin here. If so, a tab may not. */
  keyAllowed: boolean;
  /** The possible key at each depth, which a colon would make a key. */
  readonly keys: (PossibleKey | undefined)[];
  /** Columns of block keys that begin with a question mark. */
  readonly questions: Set<number>;
  /** Start of the `{`, `[` or quoted scalar in which indentation has no meaning. Undefined outside of one. */
  region: number | undefined;
  /** Whether the position is inside quotes. */
  quoted: boolean;
  /** Comments that directly follow other text. */
  readonly comments: number[];
  /** Starts of lines inside a region, with the column where the region begins. */
  readonly continued: { readonly start: number; readonly column: number }[];
  /** Line ends that the YAML package does not recognise. */
  readonly rareBreaks: number[];
  /** A bracket or quote that is never closed. */
  unclosed: number | undefined;
  readonly problems: RawProblem[];
}

/** Reports that libyaml stops here. */
export function refuse(scan: Scan, offset: number, message: string): void {
  scan.problems.push({ code: 'SYNTAX', severity: 'refused', message, offset, path: [] });
}

/** These line ends are kept in a quoted scalar; the others are folded. */
const keptInQuotes = '\u2028\u2029';

/** Skips a line break, and records the next line if its indentation has no meaning. */
export function passBreak(scan: Scan): void {
  const character = scan.text[scan.at] ?? '';
  const kept = scan.quoted && keptInQuotes.includes(character);
  const pair = scan.text.startsWith('\r\n', scan.at);
  if (!kept && !pair && character !== '\n') scan.rareBreaks.push(scan.at);
  scan.at += pair ? 2 : 1;
  scan.line = scan.at;
  if (scan.region === undefined || kept) return;
  const column = scan.region - lineOf(scan.text, scan.region);
  scan.continued.push({ start: scan.at, column });
}

function lineOf(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isBreak(text, at - 1)) at--;
  return at;
}

/** Returns the minimum column of a block collection inside the innermost one. */
export function innerColumn(scan: Scan): number {
  return (scan.indents.at(-1) ?? -1) + 1;
}
