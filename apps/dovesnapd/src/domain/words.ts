const TRUE: ReadonlySet<string> = new Set(['true', '1', 't', 'yes']);
const FALSE: ReadonlySet<string> = new Set(['false', '0', 'f', 'no']);

/** What a boolean option accepts, for use in a sentence. */
export const BOOLEAN_WORDS = 'true or false (also 1/0, t/f, yes/no)';

/** Parses a boolean, ignoring case. Undefined if it is not one. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}

/** Parses a whole decimal number in a range that includes both ends. Undefined if it is not one. */
export function parseWhole(text: string, from: number, to: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= from && value <= to ? value : undefined;
}

/** Splits a comma-separated list and trims white space around items. */
export function commaList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** Formats an external name for a sentence: bare if it is short and plain, otherwise {@link quoted}. */
export function named(name: string): string {
  return /^[!-~]{1,40}$/.test(name) ? name : quoted(name);
}

/**
 * Formats a received value for a sentence: quoted, escaped and shortened. JSON leaves some characters raw that end a
 * line, control a terminal or reverse the text (C1 controls, U+2028, U+202E).
 */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
