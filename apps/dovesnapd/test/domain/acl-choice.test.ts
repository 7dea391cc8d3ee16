import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aclsFor, formatAclChoice, NO_ACLS, parseAclChoice } from '../../src/domain/acl-choice.ts';

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

  it('reads or refuses any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const choice = parseAclChoice(text);
        for (const acls of choice ? [choice.everywhere ?? [], ...choice.byNetwork.values()] : []) {
          for (const acl of acls) expect(acl.trim()).not.toBe('');
        }
      }),
    );
  });
});
