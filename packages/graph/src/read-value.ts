import { GraphError } from './error.ts';

/** A value of parsed JSON together with its place in it, for messages. */
export interface Placed {
  readonly value: unknown;
  readonly path: string;
}

/** Refuses a value, naming its place, what is accepted and what was there. */
function refuse(at: Placed, expected: string): never {
  const shown = JSON.stringify(at.value) ?? 'nothing';
  const got = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
  const where = at.path === '' ? 'The topology' : at.path;
  const message = `${where}: expected ${expected}, got ${got}`;
  throw new GraphError('INVALID_TOPOLOGY', message, { subject: at.path });
}

/** Goes to a member of an object. */
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

/** Reads a list, each item with `read`. */
export function readList<T>(at: Placed, read: (item: Placed) => T): readonly T[] {
  if (!Array.isArray(at.value)) refuse(at, 'a list');
  return (at.value as readonly unknown[]).map((value, index) =>
    read({ value, path: `${at.path}[${index}]` }),
  );
}

/** Reads a text that is not empty. */
export function readText(at: Placed): string {
  if (typeof at.value !== 'string' || at.value === '') refuse(at, 'a text that is not empty');
  return at.value as string;
}

/** Reads `true` or `false`. */
export function readBoolean(at: Placed): boolean {
  if (typeof at.value !== 'boolean') refuse(at, 'true or false');
  return at.value as boolean;
}

/** Makes a reader of whole numbers within a range. */
export function wholeNumber(least: number, most: number): (at: Placed) => number {
  return (at) => {
    const { value } = at;
    const isGood = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
    if (!isGood) refuse(at, `a whole number from ${least} to ${most}`);
    return value as number;
  };
}

/** Makes a reader of one of several words. */
export function oneOf<const T extends string>(...words: readonly T[]): (at: Placed) => T {
  return (at) => {
    if (!words.includes(at.value as T)) refuse(at, `one of ${words.join(', ')}`);
    return at.value as T;
  };
}

/** Reads the members that are there; those that are missing, null or (texts) empty are left out. */
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
