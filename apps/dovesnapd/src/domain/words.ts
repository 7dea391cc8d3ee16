const TRUE: ReadonlySet<string> = new Set(['true', '1', 't', 'yes']);
const FALSE: ReadonlySet<string> = new Set(['false', '0', 'f', 'no']);

/** What a boolean may be, for a sentence. */
export const BOOLEAN_WORDS = 'true or false (also 1/0, t/f, yes/no)';

/** Reads a boolean in any case; undefined when it is none. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}

/** Reads a whole decimal number in a range, both ends included; undefined when it is none. */
export function parseWhole(text: string, from: number, to: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= from && value <= to ? value : undefined;
}

/** Splits a comma list, white space around items dropped. */
export function commaList(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** A name from outside as it may stand in a sentence: bare where it is short and plain, else {@link quoted}. */
export function named(name: string): string {
  return /^[!-~]{1,40}$/.test(name) ? name : quoted(name);
}

/**
 * A received value as it may stand in a sentence: quoted, escaped, shortened. JSON leaves some characters raw that end a
 * line, steer a terminal or turn the text around (C1 controls, U+2028, U+202E).
 */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
