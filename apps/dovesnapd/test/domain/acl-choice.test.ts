import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aclsFor,
  formatAclChoice,
  NO_ACLS,
  namedAcls,
  parseAclChoice,
} from '../../src/domain/acl-choice.ts';
import { hostileText } from '../hostile-text.ts';

describe('parseAclChoice', () => {
  it.each([
    ['', undefined, undefined],
    ['web', ['web'], ['web']],
    ['a,b', ['a', 'b'], ['a', 'b']],
    ['a , b', ['a', 'b'], ['a', 'b']],
    ['b,a,b', ['b', 'a'], ['b', 'a']],
    ['mynet:web', ['web'], undefined],
    ['mynet:a,b/other:c', ['a', 'b'], ['c']],
    ['mynet:web/rest', ['web'], ['rest']],
    ['rest/mynet:web', ['web'], ['rest']],
  ])('%j chooses %j for mynet and %j for other', (text, mynet, other) => {
    const choice = parseAclChoice(text);
    expect(choice && aclsFor(choice, 'mynet')).toEqual(mynet);
    expect(choice && aclsFor(choice, 'other')).toEqual(other);
  });

  it.each([
    ',',
    'a,',
    'a/b',
    '/',
    'a/',
    'net:',
    'net:a,',
    ':a',
    'net:a:b',
    'net:a/net:b',
    ' ',
    '-net:a',
    'my net:a',
    'a\nb',
    'a\u0000',
    'a\u202eb',
  ])('%j is malformed', (text) => {
    expect(parseAclChoice(text)).toBeUndefined();
  });

  it('reads an empty value as nothing given', () => {
    expect(parseAclChoice('')).toEqual(NO_ACLS);
  });

  it('reads back what formatAclChoice writes', () => {
    const acl = fc.stringMatching(/^[a-z_0-9-]{1,8}$/);
    const acls = fc.uniqueArray(acl, { minLength: 1, maxLength: 3 });
    const network = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,6}$/);
    fc.assert(
      fc.property(
        fc.option(acls, { nil: undefined }),
        fc.array(fc.tuple(network, acls), { maxLength: 3 }),
        (everywhere, named) => {
          const choice = { everywhere, byNetwork: new Map(named) };
          expect(parseAclChoice(formatAclChoice(choice))).toEqual(choice);
        },
      ),
    );
  });

  it('reads or refuses any text without throwing, and reads again what it makes of it', () => {
    const word = fc.oneof(hostileText, fc.stringMatching(/^[a-z]{1,4}$/));
    const texts = fc
      .array(fc.tuple(word, fc.constantFrom('', ',', ':', '/', ' ')), { maxLength: 6 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const choice = parseAclChoice(text);
        if (choice === undefined) return;
        expect(namedAcls(choice).every((acl) => acl.trim() === acl && acl !== '')).toBe(true);
        expect(parseAclChoice(formatAclChoice(choice))).toEqual(choice);
      }),
      { numRuns: 500 },
    );
  });
});
