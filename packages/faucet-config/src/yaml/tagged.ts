import { isUnreadable, type Plain, resolvePlain } from './scalar.ts';

const standard = 'tag:yaml.org,2002:';

/** Words that the tag for booleans accepts and a scalar without a tag does not. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'y', 'on', 'true'].map((word) => [word, true] as const),
  ...['no', 'n', 'off', 'false'].map((word) => [word, false] as const),
]);

/** Returns whether a tag keeps a map a map or a list a list. */
export function isPlainTag(tag: string, kind: 'map' | 'seq'): boolean {
  return tag === '!' || tag === standard + kind;
}

/**
 * Returns the value of a scalar with a tag, quoted or not, as Faucet's parser reads it. Undefined if the parser does
 * not accept it.
 */
export function readTagged(tag: string, source: string): Plain | undefined {
  if (tag === '!') return source === '' ? '' : known(source);
  switch (tag.replace(standard, '')) {
    case 'str':
      return source;
    case 'null':
      return null;
    case 'bool':
      return booleans.get(source.toLowerCase());
    case 'int':
      return ofType(source, 'bigint');
    case 'float': {
      const value = ofType(source, 'number') ?? ofType(source, 'bigint');
      return value === undefined ? undefined : Number(value);
    }
    default:
      return undefined;
  }
}

function known(source: string): Plain | undefined {
  const value = resolvePlain(source);
  return isUnreadable(value) ? undefined : value;
}

function ofType(source: string, type: 'bigint' | 'number'): Plain | undefined {
  const value = known(source);
  return typeof value === type ? value : undefined;
}
