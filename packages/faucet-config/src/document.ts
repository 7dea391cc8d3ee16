import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { EntryNode, MapNode, Node, ScalarNode } from './node.ts';
import { blockEnd, resolve } from './node.ts';
import type { RawProblem } from './problem.ts';
import type { ProblemCode } from './problem-code.ts';
import { isUnreadable, keyId, type Plain, resolvePlain, showPlain } from './scalar.ts';

/** A text taken apart, with the place of every piece. */
export interface ParsedText {
  readonly text: string;
  /** Undefined for a text without content. */
  readonly root: Node | undefined;
  /** Whether the text has anchors: then an edit may cut one off from its aliases. */
  readonly anchors: boolean;
  /** What keeps Faucet's YAML reader from reading it. */
  readonly problems: readonly RawProblem[];
}

/** What ruamel's reader takes: everything else, raw in the text, is an exception that nobody catches. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|(?<!^)\ufeff|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u;

interface Reading {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly anchors: Map<string, Node>;
  readonly problems: RawProblem[];
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

function readTagged(tag: string, value: string): Plain | undefined {
  if (tag === '!' || tag === 'tag:yaml.org,2002:str') return value;
  const plain = resolvePlain(value);
  if (isUnreadable(plain)) return undefined;
  const kinds: Record<string, string> = { int: 'bigint', float: 'number', bool: 'boolean' };
  const wanted = kinds[tag.replace('tag:yaml.org,2002:', '')];
  if (wanted === 'number' && typeof plain === 'bigint') return Number(plain);
  if (typeof plain === wanted) return plain;
  return tag === 'tag:yaml.org,2002:null' ? null : undefined;
}

function readScalar(
  reading: Reading,
  node: Scalar.Parsed,
  inFlow: boolean,
  path: readonly string[],
): ScalarNode {
  const [start, end] = node.range;
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
    // libyaml, which Faucet parses with, ends a plain scalar of a flow collection at these
    const message = `the unquoted ${source} holds a colon or a question mark inside {} or []; put it in double quotes`;
    report(reading, 'SYNTAX', start, message, path);
  }
  const value = resolvePlain(source);
  if (!isUnreadable(value)) return { ...span, value };
  report(reading, 'SYNTAX', start, `${value.reason}; put it in double quotes`, path);
  return { ...span, value: source };
}

function readAlias(reading: Reading, node: Alias, path: readonly string[]): Node {
  const [start, end] = node.range ?? [0, 0];
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
  const [start, end] = node.range;
  const flow = node.flow === true;
  const own: EntryNode[] = [];
  const merges: EntryNode[] = [];
  const index = new Map<string, EntryNode>();
  for (const pair of node.items) {
    const isMerge = isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<';
    const key: Node = isMerge
      ? { kind: 'scalar', start: pair.key.range[0], end: pair.key.range[1], value: '<<' }
      : readNode(reading, pair.key, flow, path);
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
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, made);
  return made;
}

function readContent(
  reading: Reading,
  node: Exclude<ParsedNode, Alias.Parsed>,
  inFlow: boolean,
  path: readonly string[],
): Node {
  if (isScalar(node)) return readScalar(reading, node, inFlow, path);
  const wanted = `tag:yaml.org,2002:${isMap(node) ? 'map' : 'seq'}`;
  if (node.tag !== undefined && node.tag !== null && node.tag !== wanted) {
    report(reading, 'UNKNOWN_TAG', node.range[0], `Faucet cannot read the tag ${node.tag}`, path);
  }
  if (isMap(node)) return readMap(reading, node, path);
  const [start, end] = node.range;
  const flow = node.flow === true;
  const items = isSeq(node)
    ? node.items.map((item, i) => readNode(reading, item as ParsedNode, flow, [...path, String(i)]))
    : [];
  const last = flow ? undefined : items.at(-1);
  return { kind: 'list', start, end: last?.end ?? end, flow, items };
}

/** Reads a text by the rules of Faucet's YAML reader; what keeps that from reading it is in `problems`. */
export function parseText(text: string): ParsedText {
  // 'failsafe' leaves every scalar as it is written: what a plain one means is decided in scalar.ts, as Faucet does
  const document = parseDocument<ParsedNode>(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const reading: Reading = { text, document, anchors: new Map(), problems: [] };
  const control = UNPRINTABLE.exec(text);
  if (control !== null) {
    const code = control[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    reading.problems.push({
      code: 'CONTROL_CHARACTER',
      severity: 'kills',
      message: `a raw control character U+${code} ends a running Faucet; write it escaped in double quotes`,
      offset: control.index,
      path: [],
    });
  }
  for (const error of document.errors) report(reading, 'SYNTAX', error.pos[0], error.message);
  const contents = document.contents as ParsedNode | null;
  const root = contents === null ? undefined : readNode(reading, contents, false, []);
  return { text, root, anchors: reading.anchors.size > 0, problems: reading.problems };
}
