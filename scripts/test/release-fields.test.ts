import { expect, it } from 'vitest';
import { withReleaseFields } from '../lib/release-fields.cjs';

const manifest = { name: '@dovesnap/ovs', version: '1.0.0' };
const repository = { type: 'git', url: 'git+https://example.org/owner/dovesnap.git' };
const folder = 'packages/ovs';

it('fills in where a package comes from, out of one address', () => {
  expect(withReleaseFields(manifest, { repository, isTrial: false, folder })).toEqual({
    ...manifest,
    repository: { ...repository, directory: 'packages/ovs' },
    homepage: 'https://example.org/owner/dovesnap/tree/main/packages/ovs#readme',
    bugs: { url: 'https://example.org/owner/dovesnap/issues' },
  });
});

it('refuses a release without an address, and lets a trial go without', () => {
  const release = { isTrial: false, folder };
  expect(() => withReleaseFields(manifest, release)).toThrow(
    '@dovesnap/ovs cannot be released: "repository.url" in the project\'s package.json is none',
  );
  expect(withReleaseFields(manifest, { ...release, isTrial: true })).toEqual(manifest);
});

it.each(['', 'https://example.org/owner/dovesnap', 'git+ssh://git@example.org/owner/dovesnap.git'])(
  'refuses the address %j',
  (url) => {
    const wrong = { repository: { type: 'git', url }, isTrial: true, folder };
    expect(() => withReleaseFields(manifest, wrong)).toThrow(`is ${JSON.stringify(url)}, it has`);
  },
);
