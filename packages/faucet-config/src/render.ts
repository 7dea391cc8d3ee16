import { type Plain, resolvePlain } from './scalar.ts';
import { isList, isMapValue, type Value } from './value.ts';

/** Escapes what JSON leaves raw and Faucet's reader does not take, and what some editors break lines at. */
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

/** A slash and words: a string to every reader of YAML without quotes, too, in block style and in flow style. */
const slashWords = /^\/[A-Za-z0-9_.-]+( [A-Za-z0-9_.-]+)*$/;

/**
 * A scalar: strings double-quoted as in JSON, integers in decimal, floats with a dot. A name of a container as Docker writes
 * it, alone or with words behind it, stands bare: people look for `description: /web` in the file.
 */
export function renderPlain(value: Plain): string {
  if (typeof value === 'string') return slashWords.test(value) ? value : quote(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return renderFloat(value);
  if (typeof value === 'object' && value !== null) return value.source;
  return String(value);
}

/**
 * A key. Faucet's own words stand bare, as people write them; names are quoted, whatever they look like.
 *
 * @param name true for a name (of a datapath, an ACL) in contrast to a word of Faucet's.
 */
export function renderKey(key: Plain, name = false): string {
  const bare =
    !name &&
    typeof key === 'string' &&
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) &&
    typeof resolvePlain(key) === 'string';
  return bare ? key : renderPlain(key);
}

/** A value on one line. */
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

/** True for what is written behind its key: scalars, lists of scalars, and what is empty. */
export function isInline(value: Value): boolean {
  if (isList(value)) return value.every((item) => !isList(item) && !isMapValue(item));
  return !isMapValue(value) || value.entries.length === 0;
}

/** Lines of a map entry in block style, without indentation of its own. */
export function renderEntry(key: string, value: Value, step: number): string[] {
  if (isInline(value)) return [`${key}: ${renderFlow(value)}`];
  return [`${key}:`, ...indent(renderBlock(value, step), step)];
}

/** Lines of a value that is not inline, in block style, without indentation of its own. */
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

/** Puts lines further to the right. */
export function indent(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}
