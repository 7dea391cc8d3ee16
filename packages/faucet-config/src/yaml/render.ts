import { type Plain, resolvePlain } from './scalar.ts';
import { isList, isMapValue, type Value } from './value.ts';

/**
 * Escapes what JSON leaves raw but Faucet's parser does not accept, and characters at which some editors break lines.
 */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function renderFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf';
  const text = String(value);
  if (/^-?[0-9]+$/.test(text)) return `${text}.0`;
  return text.replace(/^(-?[0-9]+)e/, '$1.0e');
}

/** A slash and words. Every YAML parser reads this as a string without quotes, in block style and in flow style. */
const slashWords = /^\/[A-Za-z0-9_.-]+( [A-Za-z0-9_.-]+)*$/;

/**
 * Renders a scalar: strings double-quoted as in JSON, integers in decimal, floats with a dot. A container name as
 * Docker writes it, alone or followed by words, is not quoted, because people search the file for `description: /web`.
 */
export function renderPlain(value: Plain): string {
  if (typeof value === 'string') return slashWords.test(value) ? value : quote(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return renderFloat(value);
  if (typeof value === 'object' && value !== null) return value.source;
  return String(value);
}

/**
 * Renders a key. Faucet's own keywords are not quoted, as people write them. Names are always quoted.
 *
 * @param name true for a name (of a datapath, an ACL), false for a keyword of Faucet's.
 */
export function renderKey(key: Plain, name = false): string {
  const bare =
    !name &&
    typeof key === 'string' &&
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) &&
    typeof resolvePlain(key) === 'string';
  return bare ? key : renderPlain(key);
}

/** Renders a value on one line. */
export function renderFlow(value: Value): string {
  if (isList(value)) return `[${value.map(renderFlow).join(', ')}]`;
  if (isMapValue(value)) {
    const parts = value.entries.map(
      ([key, item]) => `${renderKey(key, value.names)}: ${renderFlow(item)}`,
    );
    return `{${parts.join(', ')}}`;
  }
  return renderPlain(value);
}

/** Returns whether a value is written on the line of its key: scalars, lists of scalars, and empty lists and maps. */
export function isInline(value: Value): boolean {
  if (isList(value)) return value.every((item) => !isList(item) && !isMapValue(item));
  return !isMapValue(value) || value.entries.length === 0;
}

/** Renders a map entry in block style as lines without indentation. */
export function renderEntry(key: string, value: Value, step: number): string[] {
  if (isInline(value)) return [`${key}: ${renderFlow(value)}`];
  return [`${key}:`, ...indent(renderBlock(value, step), step)];
}

/** Renders a value that is not inline in block style, as lines without indentation. */
export function renderBlock(value: Value, step: number): string[] {
  if (isMapValue(value)) {
    return value.entries.flatMap(([key, item]) =>
      renderEntry(renderKey(key, value.names), item, step),
    );
  }
  if (!isList(value)) return [renderPlain(value)];
  return value.flatMap((item) => {
    if (isInline(item)) return [`- ${renderFlow(item)}`];
    const [first = '', ...rest] = renderBlock(item, step);
    return [`- ${first}`, ...indent(rest, 2)];
  });
}

/** Indents lines. */
export function indent(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}
