import { FaucetConfigError } from './error.ts';
import type { EntryNode } from './node.ts';

/** One change of a text: what is between two offsets gives way to something else. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** How the text is laid out where nothing near says otherwise. */
export interface Layout {
  readonly text: string;
  readonly eol: string;
  /** Columns from a key to the keys below it. */
  readonly step: number;
}

/**
 * Applies splices to a text. They may touch: at one offset, the order they come in is kept.
 * A cut inside one that is already made is made smaller.
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

/** The first line end of a text; LF when it has none. */
export function lineEndOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}

/** Offset of the start of the line that an offset is in. A byte order mark is not part of the line. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] !== '\n' && text[at - 1] !== '\r') at--;
  return at === 0 && text.startsWith('\ufeff') && offset > 0 ? 1 : at;
}

/** Offset of the start of the next line, or of the end of the text. */
export function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  let at = offset;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  if (at === text.length) return at;
  return text.startsWith('\r\n', at) ? at + 2 : at + 1;
}

/** Columns between the start of the line and an offset. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Offset behind the colon of an entry. @throws FaucetConfigError `UNEDITABLE` when it has none near its key. */
export function colonEnd(text: string, entry: EntryNode): number {
  const colon = /[ \t]*:/y;
  colon.lastIndex = entry.key.end;
  if (colon.test(text)) return colon.lastIndex;
  const key = String(entry.key.value);
  throw new FaucetConfigError('UNEDITABLE', `the value of ${key} cannot be edited in place`, {
    path: [key],
  });
}
