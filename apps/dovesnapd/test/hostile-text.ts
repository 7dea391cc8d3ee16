import fc from 'fast-check';

/** Texts that have broken programs before: of shells, formats, paths, terminals, prototypes, encodings. */
const NOTORIOUS: readonly string[] = [
  ...[
    'a\nb',
    '\r\n\r\n',
    'a\0b',
    '\u2028',
    '\u0085',
    '\u001b[31m',
    '\u202eexe',
    '\ud800',
    '\ufeff',
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a shell would put its own text in place of
  ...["a'b", 'a"b', '`reboot`', '$(reboot)', '${IFS}', ';reboot', '|cat', '&', '\\', '*', '?', '~'],
  ...['--help', '-rf', '-', '../../etc/passwd', '/', '.', '..', '%s%n%d', '%00', '{{.ID}}', '<b>'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined'],
  ...[
    'ünïcödé',
    '网络',
    '💥',
    'ＦＬＡＴ',
    'é'.normalize('NFD'),
    'x'.repeat(5000),
    ',',
    ':',
    'a:',
    ':a',
  ],
];

/** Any UTF-16, also broken: `unit: 'binary'` of fast-check takes two seconds to set up. */
const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));

/** Any text, notorious ones more often; never an empty one, which means that nothing is given. */
export const hostileText: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(...NOTORIOUS),
    fc.constantFrom(...NOTORIOUS).chain((text) => fc.string().map((rest) => rest + text + rest)),
    fc.string({ unit: codeUnit }),
    fc.string({ unit: 'grapheme' }),
  )
  .filter((text) => text !== '');

/** What every refusal looks like: one line, for people, not too long. */
export const oneLine: RegExp = /^[^\p{Cc}\p{Zl}\p{Zp}]{10,1000}$/u;
