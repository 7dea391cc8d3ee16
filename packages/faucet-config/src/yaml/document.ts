import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import type { RawProblem } from '../problem.ts';
import type { ProblemCode } from '../problem-code.ts';
import type { EntryNode, MapNode, Node, ScalarNode } from './node.ts';
import { blockEnd, resolve } from './node.ts';
import { isUnreadable, keyId, resolvePlain, showPlain } from './scalar.ts';
import { isPlainTag, readTagged } from './tagged.ts';
import { type YamlView, yamlView } from './yaml-view.ts';

/** A parsed text, with the position of every piece. */
export interface ParsedText {
  readonly text: string;
  /** Undefined for a text without content. */
  readonly root: Node | undefined;
  /** Whether the text has anchors. An edit could then remove an anchor that aliases still use. */
  readonly anchors: boolean;
  /** What prevents Faucet's YAML parser from reading it. */
  readonly problems: readonly RawProblem[];
}

/**
 * The characters that ruamel's reader accepts. Any other raw character in the text raises an exception that nothing
 * catches.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|(?<!^)\ufeff|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u;

interface Reading {
  /** Converts an offset in the input of the YAML package to an offset in the text. */
  readonly back: (offset: number) => number;
  readonly anchors: Map<string, Node>;
  readonly problems: RawProblem[];
}

/** Returns the position of a node in the text. */
function spanOf(reading: Reading, node: Alias | ParsedNode): readonly [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return [reading.back(start), reading.back(end)];
}

function mergeKey(reading: Reading, node: ParsedNode): Node {
  const [start, end] = spanOf(reading, node);
  return { kind: 'scalar', start, end, value: '<<' };
}

function report(
  reading: Reading,
  code: ProblemCode,
  offset: number,
  message: string,
  path: readonly string[] = [],
): void {
  reading.problems.push({ code, severity: 'refused', message, offset, path });
}

function readScalar(
  reading: Reading,
  node: Scalar.Parsed,
  inFlow: boolean,
  path: readonly string[],
): ScalarNode {
  const [start, end] = spanOf(reading, node);
  const span = { kind: 'scalar', start, end } as const;
  const source = String(node.value ?? '');
  if (node.tag !== undefined && node.tag !== null) {
    const value = readTagged(node.tag, source);
    if (value !== undefined) return { ...span, value };
    report(reading, 'UNKNOWN_TAG', start, `Faucet cannot read the tag ${node.tag} here`, path);
    return { ...span, value: source };
  }
  if (node.type !== 'PLAIN') return { ...span, value: source };
  if (inFlow && /[:?]/.test(source)) {
    // libyaml, Faucet's parser, ends a plain scalar in a flow collection at these characters
    const message = `the unquoted ${source} holds a colon or a question mark inside {} or []; put it in double quotes`;
    report(reading, 'SYNTAX', start, message, path);
  }
  const value = resolvePlain(source);
  if (!isUnreadable(value)) return { ...span, value };
  report(reading, 'SYNTAX', start, `${value.reason}; put it in double quotes`, path);
  return { ...span, value: source };
}

function readAlias(reading: Reading, node: Alias, path: readonly string[]): Node {
  const [start, end] = spanOf(reading, node);
  const target = reading.anchors.get(node.source);
  if (target !== undefined) return { kind: 'alias', start, end, target };
  report(reading, 'UNKNOWN_ALIAS', start, `nothing before this is marked &${node.source}`, path);
  return { kind: 'scalar', start, end, value: null };
}

function mergedEntries(reading: Reading, node: Node, path: readonly string[]): EntryNode[] {
  const value = resolve(node);
  if (value.kind === 'map') return value.entries.map((entry) => ({ ...entry, merged: true }));
  if (value.kind === 'list') {
    return value.items.flatMap((item) => mergedEntries(reading, item, path));
  }
  report(reading, 'SYNTAX', node.start, '<< takes a map or a list of maps', path);
  return [];
}

function readMap(
  reading: Reading,
  node: YAMLMap.Parsed<ParsedNode, ParsedNode | null>,
  path: readonly string[],
): MapNode {
  const [start, end] = spanOf(reading, node);
  const flow = node.flow === true;
  const own: EntryNode[] = [];
  const merges: EntryNode[] = [];
  const index = new Map<string, EntryNode>();
  for (const pair of node.items) {
    const isMerge = isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<';
    const key = isMerge ? mergeKey(reading, pair.key) : readNode(reading, pair.key, flow, path);
    const value: Node = pair.value
      ? readNode(reading, pair.value, flow, keyPath(path, key))
      : { kind: 'scalar', start: key.end, end: key.end, value: null };
    if (isMerge) {
      merges.push(...mergedEntries(reading, value, path));
      continue;
    }
    if (key.kind !== 'scalar') {
      report(reading, 'BAD_KEY', key.start, 'a key must be a single value', path);
      continue;
    }
    const entry: EntryNode = { key, value, merged: false };
    if (index.has(keyId(key.value))) {
      const message = `${showPlain(key.value)} is in this map twice; Faucet refuses the whole file`;
      report(reading, 'DUPLICATE_KEY', key.start, message, keyPath(path, key));
      continue;
    }
    index.set(keyId(key.value), entry);
    own.push(entry);
  }
  const inherited = merges.filter((entry) => {
    const id = keyId(entry.key.value);
    if (index.has(id)) return false;
    index.set(id, entry);
    return true;
  });
  const place = { start, end: flow || own.length === 0 ? end : blockEnd(own) };
  return { kind: 'map', ...place, flow, entries: [...own, ...inherited], index };
}

function keyPath(path: readonly string[], key: Node): readonly string[] {
  if (key.kind !== 'scalar') return path;
  return [...path, typeof key.value === 'string' ? key.value : showPlain(key.value)];
}

function readNode(
  reading: Reading,
  node: ParsedNode,
  inFlow: boolean,
  path: readonly string[],
): Node {
  if (isAlias(node)) return readAlias(reading, node, path);
  const made = readContent(reading, node, inFlow, path);
  if (node.anchor !== undefined) {
    const other = reading.anchors.get(node.anchor);
    if (other !== undefined) {
      const message = `&${node.anchor} marks two places; Faucet refuses the whole file`;
      report(reading, 'SYNTAX', Math.max(other.start, made.start), message, path);
    }
    reading.anchors.set(node.anchor, made);
  }
  return made;
}

function readContent(
  reading: Reading,
  node: Exclude<ParsedNode, Alias.Parsed>,
  inFlow: boolean,
  path: readonly string[],
): Node {
  if (isScalar(node)) return readScalar(reading, node, inFlow, path);
  const kind = isMap(node) ? 'map' : 'seq';
  if (node.tag !== undefined && node.tag !== null && !isPlainTag(node.tag, kind)) {
    report(
      reading,
      'UNKNOWN_TAG',
      spanOf(reading, node)[0],
      `Faucet cannot read the tag ${node.tag}`,
      path,
    );
  }
  if (isMap(node)) return readMap(reading, node, path);
  const [start, end] = spanOf(reading, node);
  const flow = node.flow === true;
  const items = isSeq(node)
    ? node.items.map((item, i) => readNode(reading, item as ParsedNode, flow, [...path, String(i)]))
    : [];
  const last = flow ? undefined : items.at(-1);
  return { kind: 'list', start, end: last?.end ?? end, flow, items };
}

function codePoint(character: string): string {
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `U+${code}`;
}

function reportControl(reading: Reading, text: string): void {
  const control = UNPRINTABLE.exec(text);
  if (control === null) return;
  reading.problems.push({
    code: 'CONTROL_CHARACTER',
    severity: 'kills',
    message: `a raw control character ${codePoint(control[0])} crashes a running Faucet; escape it in double quotes`,
    offset: control.index,
    path: [],
  });
}

/** Reports the errors of both parsers. The first is a line end that editors do not show. */
function reportSyntax(reading: Reading, view: YamlView, errors: readonly YAMLParseError[]): void {
  if (view.problems.length === 0 && errors.length === 0) return;
  const { hiddenBreak } = view;
  if (hiddenBreak !== undefined) {
    const message = `${codePoint(hiddenBreak.character)} ends a line for Faucet, even in a comment; remove it, or escape it in double quotes`;
    report(reading, 'SYNTAX', hiddenBreak.at, message);
  }
  reading.problems.push(...view.problems);
  if (view.problems.length > 0) return;
  for (const { pos, message } of errors) report(reading, 'SYNTAX', view.back(pos[0]), message);
}

/** Parses a text by the rules of Faucet's YAML parser. What that parser cannot read is in `problems`. */
export function parseText(text: string): ParsedText {
  // 'failsafe' keeps every scalar as it is written; scalar.ts resolves plain ones as Faucet does
  const view = yamlView(text);
  const document = parseDocument<ParsedNode>(view.text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const reading: Reading = { back: view.back, anchors: new Map(), problems: [] };
  reportControl(reading, text);
  reportSyntax(reading, view, document.errors);
  const contents = document.contents as ParsedNode | null;
  const root = contents === null ? undefined : readNode(reading, contents, false, []);
  return { text, root, anchors: reading.anchors.size > 0, problems: reading.problems };
}
