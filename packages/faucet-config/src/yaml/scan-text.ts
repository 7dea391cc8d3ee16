import { positionsOf } from '../problem.ts';
import { isBlank, isBlankOrEnd, isBreak, isMarker, nextBreak } from './scan-characters.ts';
import { refuseTab, scanBlockScalar, scanPlain, scanQuoted } from './scan-scalars.ts';
import { passBreak, refuse, type Scan } from './scan-state.ts';
import { columnOf } from './splice.ts';

/** What libyaml, Faucet's parser, finds in a text and JavaScript parsers do not. */
export type Scanned = Pick<Scan, 'comments' | 'continued' | 'rareBreaks' | 'problems'>;

/**
 * Scans a text by the rules of libyaml. It only finds what `Scanned` contains; a parser still has to parse the text.
 */
export function scanText(text: string): Scanned {
  const scan: Scan = {
    text,
    at: text.startsWith('\ufeff') ? 1 : 0,
    line: text.startsWith('\ufeff') ? 1 : 0,
    depth: 0,
    indents: [],
    keyAllowed: true,
    keys: [],
    questions: new Set(),
    region: undefined,
    quoted: false,
    comments: [],
    continued: [],
    rareBreaks: [],
    unclosed: undefined,
    problems: [],
  };
  for (;;) {
    toNextToken(scan);
    if (scan.at >= text.length) break;
    scanToken(scan);
  }
  const open = scan.unclosed ?? scan.region;
  if (open !== undefined) refuseOpen(scan, open);
  return scan;
}

/**
 * Reports an unclosed bracket or quote where a person would look for its end: before the first line that is not
 * indented further.
 */
function refuseOpen(scan: Scan, open: number): void {
  const { text } = scan;
  const { line } = positionsOf(text)(open);
  const indent = indentOf(text, open - columnOf(text, open));
  const outside = scan.continued.find(
    ({ start }) =>
      start > open &&
      !isBlankOrEnd(text, start + indentOf(text, start)) &&
      indentOf(text, start) <= indent,
  );
  const message = `the ${text[open]} of line ${line} is still open here`;
  refuse(scan, outside?.start ?? text.length, message);
}

function indentOf(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ') at++;
  return at - start;
}

function toNextToken(scan: Scan): void {
  const { text } = scan;
  for (;;) {
    while (isBlank(text, scan.at)) {
      if (text[scan.at] === '\t' && scan.depth === 0 && scan.keyAllowed) {
        refuseTab(scan);
        while (isBlank(text, scan.at + 1)) scan.at++;
      }
      scan.at++;
    }
    if (text[scan.at] === '#') {
      if (scan.at > scan.line && !isBlank(text, scan.at - 1)) scan.comments.push(scan.at);
      scan.at = nextBreak(text, scan.at);
    }
    if (!isBreak(text, scan.at)) return;
    passBreak(scan);
    if (scan.depth === 0) scan.keyAllowed = true;
  }
}

function scanToken(scan: Scan): void {
  const { text, at, depth } = scan;
  const column = at - scan.line;
  if (depth === 0) while ((scan.indents.at(-1) ?? -1) > column) scan.indents.pop();
  if (column === 0 && isMarker(text, at)) scanMarker(scan);
  else if (column === 0 && text[at] === '%') scan.at = nextBreak(text, at);
  else if (!scanPunctuation(scan, column)) scanContent(scan);
}

/** Scans structural characters. Returns false if there is something else. */
function scanPunctuation(scan: Scan, column: number): boolean {
  const { text, at, depth } = scan;
  const character = text[at] ?? '';
  const apart = isBlankOrEnd(text, at + 1);
  if (character === '{' || character === '[') openFlow(scan);
  else if (character === '}' || character === ']') closeFlow(scan);
  else if (character === ',' && depth > 0) startEntry(scan);
  else if (character === '-' && apart) scanIndicator(scan, column);
  else if (character === '?' && (apart || depth > 0)) scanIndicator(scan, column);
  else if (character === ':' && (apart || depth > 0)) scanColon(scan, column);
  else return false;
  return true;
}

function scanContent(scan: Scan): void {
  const character = scan.text[scan.at] ?? '';
  markKey(scan);
  if ('&*!'.includes(character)) scanProperty(scan);
  else if ('|>'.includes(character) && scan.depth === 0) scanBlockScalar(scan);
  else if (`'"`.includes(character)) scanQuoted(scan);
  else scanPlain(scan);
}

/** Scans an anchor, an alias or a tag. */
function scanProperty(scan: Scan): void {
  const { text, depth } = scan;
  const ends = depth > 0 ? ',[]{}' : '';
  while (!isBlankOrEnd(text, scan.at) && !ends.includes(text[scan.at] ?? '-')) scan.at++;
  scan.keyAllowed = false;
}

/** Records that a key may begin here. */
function markKey(scan: Scan): void {
  if (!scan.keyAllowed) return;
  scan.keys[scan.depth] = { at: scan.at, line: scan.line, question: false };
}

function scanMarker(scan: Scan): void {
  if (scan.depth > 0) {
    refuse(scan, scan.at, 'a document begins or ends inside {} or []');
    scan.depth = 0;
    scan.region = undefined;
  }
  scan.at += 3;
  scan.indents.length = 0;
  scan.keyAllowed = false;
  scan.keys.length = 0;
}

function openFlow(scan: Scan): void {
  markKey(scan);
  if (scan.depth === 0) scan.region = scan.at;
  scan.depth++;
  startEntry(scan);
}

function startEntry(scan: Scan): void {
  scan.at++;
  scan.keyAllowed = true;
  scan.keys[scan.depth] = undefined;
}

function closeFlow(scan: Scan): void {
  scan.depth = Math.max(0, scan.depth - 1);
  if (scan.depth === 0) scan.region = undefined;
  scan.at++;
  scan.keyAllowed = false;
}

function indentTo(scan: Scan, column: number): void {
  if (scan.depth === 0 && column > (scan.indents.at(-1) ?? -1)) scan.indents.push(column);
}

function scanIndicator(scan: Scan, column: number): void {
  const { text, at, line, depth } = scan;
  indentTo(scan, column);
  const question = text[at] === '?';
  if (question && depth === 0) scan.questions.add(column);
  scan.keys[depth] = question ? { at, line, question } : undefined;
  scan.at++;
  scan.keyAllowed = depth === 0;
}

/** A key must be short and on one line. libyaml accepts a longer one only after a question mark. */
const longestKey = 1024;

function scanColon(scan: Scan, column: number): void {
  const { at, depth } = scan;
  const key = scan.keys[depth];
  const simple =
    key !== undefined && !key.question && key.line === scan.line && at - key.at <= longestKey;
  const explicit = depth > 0 ? key?.question === true : scan.questions.has(column);
  if (!simple && !explicit) refuse(scan, at, 'there is no key before this colon on its line');
  indentTo(scan, simple ? key.at - key.line : column);
  scan.at++;
  scan.keyAllowed = depth === 0 && !simple;
  scan.keys[depth] = undefined;
}
