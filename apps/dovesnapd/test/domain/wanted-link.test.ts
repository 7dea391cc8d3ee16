import { describe, expect, test } from 'vitest';
import { wantedLinkOf } from '../../src/domain/wanted-link.ts';

const key = 'com.docker.network.endpoint.ifname';

describe('the name that an endpoint asks for its interface', () => {
  test.each([['lan0'], ['a'], ['fifteen-bytes.0'], ['ünïx'], ['-x'], ['#1'], ['all0']])(
    'may be %j',
    (name) => {
      expect(wantedLinkOf({ [key]: name })).toBe(name);
    },
  );

  test('is none where nothing is asked for', () => {
    expect(wantedLinkOf({})).toBeUndefined();
    expect(wantedLinkOf({ [key]: '' })).toBeUndefined();
  });

  test.each([
    ['sixteen-bytes.00'],
    // Fifteen characters, sixteen bytes.
    ['fifteen-bytes.ü'],
    ['.'],
    ['..'],
    ['a/b'],
    ['a:1'],
    ['a b'],
    ['a\tb'],
    // Its second byte is 0xa0, which the kernel takes for a space.
    ['lanà'],
    ['eth%d'],
    ['a%b'],
    ['lo'],
    ['all'],
    ['default'],
    [7],
    [null],
    [{ a: 1 }],
  ])('cannot be %j', (name) => {
    const sentence =
      /^option com\.docker\.network\.endpoint\.ifname cannot be ".*": accepted is a name of 1 to 15 bytes/;
    expect(() => wantedLinkOf({ [key]: name })).toThrow(sentence);
  });
});
