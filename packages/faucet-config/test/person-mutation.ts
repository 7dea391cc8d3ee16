import fc from 'fast-check';

/** One line of a text as a person would change it by hand, and where to draw what is free in that. */
interface Line {
  readonly text: string;
  readonly indent: string;
  /** What is before the value, and the value: both empty on a line without a colon. */
  readonly key: string;
  readonly value: string;
  readonly pick: (choices: readonly string[]) => string;
  /** An offset into the text of the line. */
  readonly at: number;
}

type Change = (line: Line) => string;

function insertAt({ text, at }: Line, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

/** The value of the line, changed; a line without one stays. */
function withValue({ text, key, value }: Line, change: (value: string) => string): string {
  return value === '' ? text : `${key}${change(value)}`;
}

const indentation: readonly Change[] = [
  ({ text }) => ` ${text}`,
  ({ text }) => text.replace(/^ /, ''),
  ({ text }) => `\t${text}`,
  ({ text }) => text.replace('    ', '\t'),
  ({ text }) => text.replace(': ', ':\t'),
  ({ text }) => text.replace(' ', '\t'),
];

const comments: readonly Change[] = [
  (line) => line.text + line.pick([' # note', '# note', '\t# note', ' #', '#']),
  ({ text, indent, pick }) => pick([`${indent}\t# note`, `# note`, `\t# note`]).concat('\n', text),
  ({ text, pick }) =>
    `# a${pick(['\u2028', '\u2029', '\u0085'])}${pick(['b', '# b', 'dps:', ' b'])}\n${text}`,
  (line) => line.text + line.pick(['\u2028', '\u0085', ' # a\u2029b', ' \u2028# b']),
];

const blankLines: readonly Change[] = [
  ({ text, pick }) => `${pick(['\t', '  \t  ', '   ', '\r'])}\n${text}`,
  ({ text, pick }) => `${text}${pick(['\n\t', '\n      \t', '\r', ' \t'])}`,
];

const quotes: readonly Change[] = [
  (line) =>
    withValue(line, (value) => line.pick([`"${value}"`, `'${value}'`, `"${value}`, `${value}"`])),
  (line) => withValue(line, (value) => value.replaceAll(/["']/g, line.pick(['', '"', "'"]))),
  ({ text, pick }) =>
    text.replace(/[\w-]+(?=:)/, (key) => pick([`"${key}"`, `'${key}'`, `"${key}" `])),
  (line) =>
    withValue(line, (value) =>
      value.replace(/(?<=["'])/, line.pick(['\n', '\n  ', '\n\t', '\n\n'])),
    ),
];

const flow: readonly Change[] = [
  (line) => insertAt(line, line.pick(['\n', '\n  ', '\n\t', ' # c\n', '#c\n', ' \t\n'])),
  ({ text, at, pick }) => {
    const signs = [...text.matchAll(/[{}[\],]/g)];
    const place = signs[at % Math.max(1, signs.length)]?.index ?? text.length;
    return `${text.slice(0, place)}${pick(['\n', '\n   ', '\n\t', '# c\n'])}${text.slice(place)}`;
  },
  ({ text, pick }) => text + pick([' {', ' [', ' }', ' ]', ',', ' {}', ' []', ' {a: b}']),
  (line) =>
    withValue(line, (value) =>
      line.pick([`[${value}]`, `{${value}}`, `{a: ${value}}`, `[${value},]`]),
    ),
];

const structure: readonly Change[] = [
  ({ text, pick }) => `${pick(['---', '...', '---\n---', '--- # a', '%YAML 1.1'])}\n${text}`,
  (line) => withValue(line, (value) => `${line.pick(['&a', '&a', '*a', '!!str', '! '])} ${value}`),
  (line) =>
    withValue(
      line,
      (value) => `${line.pick(['\n', `\n${line.indent}`, `\n${line.indent}  `])}${value}`,
    ),
  (line) =>
    withValue(line, (value) => `${line.pick(['|', '>', '|-', '|2'])}\n${line.indent}   ${value}`),
  ({ text, pick }) => text.replace(/:/, pick([' :', '', '::', ':x', '\n:'])),
  ({ text, pick }) =>
    text.replace(/\S/, (first) => pick([`- ${first}`, `-${first}`, `? ${first}`])),
];

const changes: readonly Change[] = [
  indentation,
  comments,
  blankLines,
  quotes,
  flow,
  structure,
].flat();

const lineEnds = ['\n', '\n', '\n', '\r\n', '\r'];

/** A text with one line changed as a person would: indentation, quoting, flow style, tabs, comments, line ends. */
export function personMutationOf(corpus: readonly string[]): fc.Arbitrary<string> {
  return fc
    .record({
      text: fc.constantFrom(...corpus),
      change: fc.constantFrom(...changes),
      line: fc.nat(10_000),
      at: fc.nat(10_000),
      choice: fc.nat(10_000),
      lineEnd: fc.constantFrom(...lineEnds),
    })
    .map(({ text, change, line, at, choice, lineEnd }) => {
      const lines = text.split('\n');
      const index = line % lines.length;
      const changed = change(lineOf(lines[index] ?? '', at, choice));
      return lines.with(index, changed).join('\n').replaceAll('\n', lineEnd);
    });
}

function lineOf(text: string, at: number, choice: number): Line {
  const [, key = '', value = ''] = /^(.*?:[ \t]+)(\S.*)$/.exec(text) ?? [];
  return {
    text,
    indent: /^ */.exec(text)?.[0] ?? '',
    key,
    value,
    at: at % (text.length + 1),
    pick: (choices) => choices[choice % choices.length] ?? '',
  };
}
