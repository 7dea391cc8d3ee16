import { inspect } from 'node:util';
import { GraphError } from './error.ts';

/** A value of parsed JSON with its path, for messages. */
export interface Placed {
  readonly value: unknown;
  readonly path: string;
}

/** Throws an error that names the path, what is accepted and what was found. */
function refuse(at: Placed, expected: string): never {
  const shown = show(at.value);
  const got = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
  const where = at.path === '' ? 'The topology' : at.path;
  const message = `${where}: expected ${expected}, got ${got}`;
  throw new GraphError('INVALID_TOPOLOGY', message, { subject: at.path });
}

/**
 * Formats a value for a message. JSON cannot express every value that a program may pass, such as a bigint or a value
 * that contains itself.
 */
function show(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  }
}

/** Returns a member of an object, with its path. */
export function member(at: Placed, key: string): Placed {
  const path = at.path === '' ? key : `${at.path}.${key}`;
  return { value: readObject(at)[key], path };
}

/** Reads a JSON object. */
function readObject(at: Placed): Readonly<Record<string, unknown>> {
  if (typeof at.value !== 'object' || at.value === null || Array.isArray(at.value)) {
    refuse(at, 'an object');
  }
  return at.value as Record<string, unknown>;
}

/** Reads a list. Each item is read with `read`. */
export function readList<T>(at: Placed, read: (item: Placed) => T): readonly T[] {
  if (!Array.isArray(at.value)) refuse(at, 'a list');
  return (at.value as readonly unknown[]).map((value, index) =>
    read({ value, path: `${at.path}[${index}]` }),
  );
}

/** Reads text that is not empty. */
export function readText(at: Placed): string {
  if (typeof at.value !== 'string' || at.value === '') refuse(at, 'a text that is not empty');
  return at.value as string;
}

/** Reads `true` or `false`. */
export function readBoolean(at: Placed): boolean {
  if (typeof at.value !== 'boolean') refuse(at, 'true or false');
  return at.value as boolean;
}

/** Returns a reader of whole numbers in a range. */
export function wholeNumber(least: number, most: number): (at: Placed) => number {
  return (at) => {
    const { value } = at;
    const isGood = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
    if (!isGood) refuse(at, `a whole number from ${least} to ${most}`);
    return value as number;
  };
}

/** Returns a reader of one of several words. */
export function oneOf<const T extends string>(...words: readonly T[]): (at: Placed) => T {
  return (at) => {
    if (!words.includes(at.value as T)) refuse(at, `one of ${words.join(', ')}`);
    return at.value as T;
  };
}

/** Reads the members that are present. Members that are missing, null or empty text are left out. */
export function readOptional<T extends object>(
  at: Placed,
  readers: { readonly [K in keyof T]: (at: Placed) => T[K] },
): Partial<T> {
  const result: Partial<T> = {};
  for (const key of Object.keys(readers) as (keyof T & string)[]) {
    const inner = member(at, key);
    if (inner.value === undefined || inner.value === null || inner.value === '') continue;
    result[key] = readers[key](inner);
  }
  return result;
}
