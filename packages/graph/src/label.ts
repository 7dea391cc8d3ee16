/** Longest text shown on a card; what is longer is cut in the middle and whole in the tooltip. */
export const longestLabel = 34;

/**
 * Quotes any text as a DOT string that Graphviz shows unchanged.
 *
 * Graphviz reads backslash escapes and XML entities inside quoted strings (Graphviz 5.0.0, `escString`), and XML 1.0
 * has no control characters and no lone surrogates: those become U+FFFD, line ends and tabs become spaces.
 */
export function quote(text: string): string {
  return `"${escapeText(text)}"`;
}

/** Quotes several lines as one left-justified DOT label. */
export function quoteLines(lines: readonly string[]): string {
  return `"${lines.map((line) => `${escapeText(line)}\\l`).join('')}"`;
}

function escapeText(text: string): string {
  return text
    .replaceAll(/[\t\n\r\u0085\u2028\u2029]/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('&', '&amp;');
}

/** Cuts text to `longest` characters by leaving out its middle: names differ at both ends. */
export function shorten(text: string, longest: number = longestLabel): string {
  const characters = [...text];
  if (characters.length <= longest) return text;
  const head = Math.ceil((longest - 2) / 2);
  const tail = longest - 2 - head;
  return `${characters.slice(0, head).join('')}..${characters.slice(characters.length - tail).join('')}`;
}

/** Counts the columns text takes in a fixed-width font: characters from Hangul Jamo on are taken as double width. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
  return columns;
}

/** Makes an id that is safe in XML, CSS and DOT from any names; different names give different ids. */
export function idOf(...parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll(/[^A-Za-z0-9.-]/gu, encode)).join(':');
}

function encode(character: string): string {
  return `_${(character.codePointAt(0) ?? 0).toString(16)}_`;
}
