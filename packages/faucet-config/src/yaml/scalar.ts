/** A date or a timestamp. Faucet's YAML parser makes an object of it, which no option accepts. */
export interface DateScalar {
  readonly kind: 'date';
  readonly source: string;
}

/**
 * A scalar as Faucet stores it. Integers are always bigint and floats always number, because Faucet distinguishes them:
 * an option for an integer refuses `100.0`, an option for a float refuses `1`.
 */
export type Plain = string | bigint | number | boolean | null | DateScalar;

/** A plain scalar that Faucet's parser cannot convert to a value. */
export interface UnreadableScalar {
  readonly kind: 'unreadable';
  readonly reason: string;
}

const BOOL = /^(?:true|True|TRUE|false|False|FALSE)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INT = /^(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const TIME =
  /^[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?$/;

/** Parses an integer. A leading zero is decimal, `_` is allowed anywhere, and `0b` `0o` `0x` only in lower case. */
function resolveInt(source: string): bigint | UnreadableScalar {
  const digits = source.replaceAll('_', '');
  const negative = digits.startsWith('-');
  const body = /^[-+]/.test(digits) ? digits.slice(1) : digits;
  if (body === '' || /^0[box]$/.test(body)) {
    return { kind: 'unreadable', reason: `${source} looks like an integer but has no digits` };
  }
  const value = /^0[box]/.test(body) ? BigInt(body) : BigInt(body.replace(/^0+(?=[0-9])/, ''));
  return negative ? -value : value;
}

function resolveFloat(source: string): number | UnreadableScalar {
  const text = source.replaceAll('_', '').toLowerCase();
  if (text.endsWith('.nan')) return Number.NaN;
  if (text.endsWith('.inf'))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (Number.isNaN(value) || text === '.') {
    return { kind: 'unreadable', reason: `${source} looks like a number but is not one` };
  }
  return value;
}

function resolveDate(source: string): DateScalar | UnreadableScalar {
  const [year, month, day] = source.split(/[-Tt \t]+/).map(Number);
  const days = new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate();
  const valid = (year ?? 0) >= 1 && (month ?? 0) >= 1 && (month ?? 0) <= 12;
  if (!valid || (day ?? 0) < 1 || (day ?? 0) > days) {
    return { kind: 'unreadable', reason: `${source} looks like a date but is not one` };
  }
  return { kind: 'date', source };
}

/**
 * Returns the value of an unquoted scalar by the rules of Faucet's parser (ruamel.yaml 0.18, safe mode, YAML 1.2
 * resolvers in their order: bool, float, int, merge, null, timestamp, value).
 */
export function resolvePlain(source: string): Plain | UnreadableScalar {
  if (BOOL.test(source)) return source.toLowerCase() === 'true';
  if (/^[-+.0-9]/.test(source)) {
    if (FLOAT.test(source)) return resolveFloat(source);
    if (INT.test(source)) return resolveInt(source);
    if (DATE.test(source) || TIME.test(source)) return resolveDate(source);
    return source;
  }
  if (NULL.test(source)) return null;
  if (source === '=' || source === '<<') {
    return { kind: 'unreadable', reason: `an unquoted ${source} has no meaning as a value` };
  }
  return source;
}

/** Returns whether an unquoted scalar has no value. */
export function isUnreadable(value: Plain | UnreadableScalar): value is UnreadableScalar {
  return typeof value === 'object' && value !== null && value.kind === 'unreadable';
}

/** Returns an id of a key. Keys with the same id are the same key for Faucet: `1`, `0x1`, `1.0` and `true`. */
export function keyId(value: Plain): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'boolean') return value ? 'n1' : 'n0';
  if (typeof value === 'bigint') return `n${value}`;
  if (typeof value === 'number') return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
  return value === null ? 'null' : `d${value.source}`;
}

/** Formats a scalar for a message. */
export function showPlain(value: Plain): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return value.source;
  return String(value);
}
