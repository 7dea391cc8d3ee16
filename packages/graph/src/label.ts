/**
 * Maximum number of characters of text on a card. Longer text is shortened in the middle; the tooltip has all of it.
 */
export const longestLabel = 34;

/**
 * Quotes any text as a DOT string that Graphviz shows unchanged.
 *
 * Graphviz interprets backslash escapes and XML entities in quoted strings (Graphviz 5.0.0, `escString`). XML 1.0 does
 * not allow control characters or lone surrogates: these become U+FFFD. Line ends and tabs become spaces.
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

/** Shortens text to `longest` characters by cutting out the middle, because names differ at both ends. */
export function shorten(text: string, longest: number = longestLabel): string {
  const characters = [...text];
  if (characters.length <= longest) return text;
  const head = Math.ceil((longest - 2) / 2);
  const tail = longest - 2 - head;
  return `${characters.slice(0, head).join('')}..${characters.slice(characters.length - tail).join('')}`;
}

/**
 * Returns the number of columns that text takes in a fixed-width font. Characters from Hangul Jamo on count as double
 * width.
 */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
  return columns;
}

/** Returns an id that is safe in XML, CSS and DOT for any names. Different names give different ids. */
export function idOf(...parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll(/[^A-Za-z0-9.-]/gu, encode)).join(':');
}

function encode(character: string): string {
  return `_${(character.codePointAt(0) ?? 0).toString(16)}_`;
}
