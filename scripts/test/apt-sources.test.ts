import { describe, expect, it } from 'vitest';
import { formatSources, parseListFile, parseSourcesFile, retarget } from '../lib/apt-sources.mjs';

const deb822 = `Types: deb deb-src
# a snapshot would stand here
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/tools
Suites: nodistro
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 xyz
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://mirror.example/off
Suites: bookworm
`;

describe('parseSourcesFile', () => {
  it('reads paragraphs, keeps a key that is written out, and leaves out what is switched off', () => {
    const [debian, tools, ...others] = parseSourcesFile(deb822);
    expect(debian).toEqual({
      types: ['deb', 'deb-src'],
      uris: ['http://mirror.example/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      options: { 'Signed-By': '/usr/share/keyrings/debian-archive-keyring.gpg' },
    });
    expect(tools?.options['Signed-By']).toContain('\n .\n xyz\n');
    expect(others).toEqual([]);
  });
});

describe('parseListFile', () => {
  it('reads lines with and without options, and no comments', () => {
    const text = `# deb http://mirror.example/debian bookworm main
deb [arch=amd64,arm64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # ours
deb http://mirror.example/flat ./
`;
    expect(parseListFile(text)).toEqual([
      {
        types: ['deb'],
        uris: ['http://mirror.example/debian'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        options: { Architectures: 'amd64 arm64', 'Signed-By': '/k.gpg' },
      },
      {
        types: ['deb'],
        uris: ['http://mirror.example/flat'],
        suites: ['./'],
        components: [],
        options: {},
      },
    ]);
  });
});

describe('retarget', () => {
  it('names the other suite where this one is named, and drops what belongs to neither', () => {
    const sources = retarget(parseSourcesFile(deb822), 'bookworm', 'trixie');
    expect(formatSources(sources)).toBe(`Types: deb
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`);
  });

  it('takes a suite for itself only, not for one whose name begins alike', () => {
    const [source] = parseListFile('deb http://mirror.example/x bookwormish main');
    expect(retarget(source === undefined ? [] : [source], 'bookworm', 'trixie')).toEqual([]);
  });

  it('writes what it can read again', () => {
    const sources = parseSourcesFile(deb822);
    expect(parseSourcesFile(formatSources(sources))).toEqual(sources);
  });
});
