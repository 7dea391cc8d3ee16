import { FaucetConfigError } from '../error.ts';
import type { EntryNode } from './node.ts';
import { isBreak, nextBreak } from './scan-characters.ts';

/** A change of a text: replaces what is between two offsets. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The layout of the text, used where nothing nearby determines it. */
export interface Layout {
  readonly text: string;
  readonly eol: string;
  /** Columns from a key to the keys below it. */
  readonly step: number;
}

/**
 * Applies splices to a text. They may touch; splices at the same offset are applied in the given order. If a cut
 * overlaps an earlier one, it is shortened.
 */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = splices
    .map((splice, i) => ({ splice, i }))
    .sort((a, b) => a.splice.start - b.splice.start || a.i - b.i);
  const parts: string[] = [];
  let at = 0;
  for (const { splice } of ordered) {
    parts.push(text.slice(at, Math.max(at, splice.start)), splice.text);
    at = Math.max(at, splice.end);
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** Returns the first line end of a text, or LF if there is none. */
export function lineEndOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}

/** Returns the offset of the start of the line that contains an offset. A byte order mark is not part of the line. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isBreak(text, at - 1)) at--;
  return at === 0 && text.startsWith('\ufeff') && offset > 0 ? 1 : at;
}

/** Returns the offset of the start of the next line, or of the end of the text. */
export function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const at = nextBreak(text, offset);
  if (at === text.length) return at;
  return text.startsWith('\r\n', at) ? at + 2 : at + 1;
}

/** Returns the number of columns between the start of the line and an offset. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/**
 * Returns the offset after the colon of an entry.
 *
 * @throws FaucetConfigError `UNEDITABLE` if there is no colon near the key.
 */
export function colonEnd(text: string, entry: EntryNode): number {
  const colon = /[ \t]*:/y;
  colon.lastIndex = entry.key.end;
  if (colon.test(text)) return colon.lastIndex;
  const key = String(entry.key.value);
  throw new FaucetConfigError('UNEDITABLE', `the value of ${key} cannot be edited in place`, {
    path: [key],
  });
}

/** A line that begins with a tab and contains the end of a `{}`. */
const tabAndEnd = /[ \t]*[\n\r][ \n\r]*\t\s*\}/y;

/**
 * Separates text that ends without quotes or brackets from what follows: from a comment, which would otherwise become
 * part of it, and from a line that begins with a tab, which must not continue it.
 */
export function setOff(text: string, end: number, rendered: string): string {
  if (/["'\]}]$/.test(rendered)) return rendered;
  if (text[end] === '#') return `${rendered} `;
  tabAndEnd.lastIndex = end;
  return tabAndEnd.test(text) ? `${rendered},` : rendered;
}
