/** The characters that end a line for libyaml, Faucet's parser. Editors end lines at fewer. */
const breaks = '\n\r\u0085\u2028\u2029';

/** Returns whether a line ends at an offset. */
export function isBreak(text: string, offset: number): boolean {
  return offset < text.length && breaks.includes(text[offset] ?? '-');
}

/** Returns whether there is a space or a tab at an offset. */
export function isBlank(text: string, offset: number): boolean {
  return text[offset] === ' ' || text[offset] === '\t';
}

/** Returns whether there is a space, a tab, a line end or the end of the text at an offset. */
export function isBlankOrEnd(text: string, offset: number): boolean {
  return offset >= text.length || isBlank(text, offset) || isBreak(text, offset);
}

/** Returns the end of the line that contains an offset, excluding the line end itself. */
export function nextBreak(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isBreak(text, at)) at++;
  return at;
}

/** Returns whether there is a document start or end marker at an offset, which must be the start of a line. */
export function isMarker(text: string, offset: number): boolean {
  const mark = text.slice(offset, offset + 3);
  return (mark === '---' || mark === '...') && isBlankOrEnd(text, offset + 3);
}
