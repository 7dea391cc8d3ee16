import { isBlank, isBlankOrEnd, isBreak, isMarker, nextBreak } from './scan-characters.ts';
import { innerColumn, passBreak, refuse, type Scan } from './scan-state.ts';

/** Scans a quoted scalar. Its lines may begin at any column. */
export function scanQuoted(scan: Scan): void {
  const { text, at: start } = scan;
  const quote = text[start];
  const alone = scan.region === undefined;
  if (alone) scan.region = start;
  scan.quoted = true;
  scan.at++;
  while (scan.at < text.length) {
    const character = text[scan.at];
    if (isBreak(text, scan.at)) {
      passBreak(scan);
      if (isMarker(text, scan.at)) refuse(scan, scan.at, 'a document begins or ends inside quotes');
    } else if (character === quote && !(quote === "'" && text[scan.at + 1] === "'")) {
      break;
    } else {
      const escaped = character === quote || (character === '\\' && quote === '"');
      scan.at += escaped && !isBreak(text, scan.at + 1) ? 2 : 1;
    }
  }
  if (scan.at >= text.length) {
    scan.unclosed = start;
    scan.depth = 0;
    scan.region = undefined;
  }
  scan.at++;
  scan.quoted = false;
  if (alone) scan.region = undefined;
  scan.keyAllowed = false;
}

/** Scans an unquoted scalar, including its continuation lines and the space after it. */
export function scanPlain(scan: Scan): void {
  const { text } = scan;
  const column = innerColumn(scan);
  let broken = false;
  scan.at++;
  for (;;) {
    while (!isBlankOrEnd(text, scan.at) && !endsPlain(scan)) scan.at++;
    if (scan.at >= text.length || !isBlankOrEnd(text, scan.at)) break;
    broken = passSpace(scan, column) || broken;
    if (scan.depth === 0 && scan.at - scan.line < column) break;
    if (text[scan.at] === '#' || (scan.at === scan.line && isMarker(text, scan.at))) break;
  }
  if (scan.depth > 0 && text[scan.at] === ':' && !isBlankOrEnd(text, scan.at + 1)) {
    refuse(scan, scan.at, 'a space is missing behind this colon inside {} or []');
  }
  scan.keyAllowed = broken;
}

/** Inside `{}` and `[]`, a colon in a word is an error. The code that reads the word reports it. */
function endsPlain({ text, at, depth }: Scan): boolean {
  const character = text[at] ?? '';
  const flow = depth > 0;
  if (flow && ',?[]{}'.includes(character)) return true;
  if (character !== ':') return false;
  return isBlankOrEnd(text, at + 1) || (flow && ',[]{}'.includes(text[at + 1] ?? ''));
}

/** Skips spaces, tabs and line ends after a word of a plain scalar. Returns whether a line ended. */
function passSpace(scan: Scan, column: number): boolean {
  const { text } = scan;
  const { line } = scan;
  while (isBlank(text, scan.at) || isBreak(text, scan.at)) {
    if (isBreak(text, scan.at)) {
      passBreak(scan);
      continue;
    }
    const early = scan.line !== line && scan.at - scan.line < column;
    if (early && text[scan.at] === '\t') refuseTab(scan);
    scan.at++;
  }
  return scan.line !== line;
}

/** Scans a scalar after `|` or `>`. */
export function scanBlockScalar(scan: Scan): void {
  const { text } = scan;
  const header = /[|>][-+0-9]*/y;
  header.lastIndex = scan.at;
  const given = Number(/[1-9]/.exec(header.exec(text)?.[0] ?? '')?.[0] ?? 0);
  const parent = scan.indents.at(-1) ?? -1;
  scan.at = nextBreak(text, scan.at);
  let column = given > 0 ? Math.max(parent, 0) + given : 0;
  while (scan.at < text.length) {
    passBreak(scan);
    while (text[scan.at] === ' ' && (column === 0 || scan.at - scan.line < column)) scan.at++;
    const indent = scan.at - scan.line;
    if (text[scan.at] === '\t' && (column === 0 || indent < column)) refuseTab(scan);
    if (isBreak(text, scan.at)) continue;
    if (column === 0) column = Math.max(indent, parent + 1, 1);
    if (indent < column) break;
    scan.at = nextBreak(text, scan.at);
  }
  scan.keyAllowed = true;
}

/** Reports that libyaml does not accept a tab here. */
export function refuseTab(scan: Scan): void {
  refuse(scan, scan.at, 'the line is indented with a tab; Faucet takes only spaces there');
}
