import type { EntryNode, MapNode } from '../yaml/node.ts';
import { renderFlow, renderKey } from '../yaml/render.ts';
import { colonEnd, lineStart, nextLine, type Splice, setOff } from '../yaml/splice.ts';
import { saysAlready, type Value } from '../yaml/value.ts';
import { type Change, type DraftMap, mapValue, originOf } from './draft.ts';

/** Returns the splices that write the changes of a `{...}` map into the text, including commas. */
export function flowSplices(
  text: string,
  map: DraftMap,
  inner: (change: Change) => readonly Splice[],
): Splice[] {
  const { node } = map;
  if (node === undefined) return [];
  const splices: Splice[] = [];
  const added: string[] = [];
  const first: string[] = [];
  const gone = new Set<EntryNode>();
  for (const change of map.changes.values()) {
    const origin = originOf(map, change);
    const value = replacement(change);
    if (origin === undefined) {
      if (value === undefined) continue;
      (change.first === true ? first : added).push(renderAdded(change, value));
    } else if (change.to === undefined) {
      gone.add(origin);
    } else if (value === undefined || mapIsThere(change, origin)) {
      splices.push(...inner(change));
    } else if (!saysAlready(origin.value, value)) {
      splices.push(replaceValue(text, origin, value));
    }
  }
  const own = node.entries.filter((entry) => !entry.merged);
  const kept = own.filter((entry) => !gone.has(entry));
  if (kept.length === 0 && gone.size > 0 && own.length === node.entries.length) {
    return [{ start: node.start + 1, end: node.end - 1, text: [...first, ...added].join(', ') }];
  }
  for (const entry of gone) splices.push(cutEntry(text, own, gone, entry));
  if (first.length > 0) splices.push(insertion(text, node, undefined, first.join(', ')));
  if (added.length > 0) splices.push(insertion(text, node, kept.at(-1), added.join(', ')));
  return splices;
}

function replacement(change: Change): Value | undefined {
  if (change.to === undefined || change.to.kind === 'draft-list') return undefined;
  return change.to.kind === 'new' ? change.to.value : mapValue(change.to);
}

function mapIsThere(change: Change, origin: EntryNode): boolean {
  return change.to?.kind === 'draft-map' && change.to.node === origin.value;
}

function renderAdded(change: Change, value: Value): string {
  return `${renderKey(change.key, change.name)}: ${renderFlow(value)}`;
}

function entryEnd(entry: EntryNode): number {
  return Math.max(entry.key.end, entry.value.end);
}

function insertion(
  text: string,
  node: MapNode,
  last: EntryNode | undefined,
  added: string,
): Splice {
  if (last === undefined) {
    const start = node.start + 1;
    const alone = text.slice(start, node.end - 1).trim() === '';
    return { start, end: start, text: alone ? added : `${added}, ` };
  }
  const start = entryEnd(last);
  const space = text[start - 1] === ':' ? ' ' : '';
  return { start, end: start, text: `${space}, ${setOff(text, start, added)}` };
}

function replaceValue(text: string, entry: EntryNode, value: Value): Splice {
  const hasColon = /^\s*:/.test(text.slice(entry.key.end, entry.key.end + 80));
  if (!hasColon) {
    return { start: entry.key.end, end: entry.key.end, text: `: ${renderFlow(value)}` };
  }
  const colon = colonEnd(text, entry);
  const end = Math.max(colon, entry.value.end);
  const onlySpace = /^[ \t]+$/.test(text.slice(colon, entry.value.start));
  return onlySpace && entry.value.start < end
    ? { start: entry.value.start, end, text: setOff(text, end, renderFlow(value)) }
    : { start: colon, end, text: ` ${setOff(text, end, renderFlow(value))}` };
}

function cutEntry(
  text: string,
  own: readonly EntryNode[],
  gone: ReadonlySet<EntryNode>,
  entry: EntryNode,
): Splice {
  const at = own.indexOf(entry);
  const end = entryEnd(entry);
  const before = own[at - 1];
  const from = before === undefined ? 0 : entryEnd(before);
  const ownLine =
    text.slice(lineStart(text, entry.key.start), entry.key.start).trim() === '' &&
    /^[ \t]*,?[ \t]*(?:#.*)?$/.test(text.slice(end, nextLine(text, end)).trimEnd());
  if (ownLine) {
    return { start: lineStart(text, entry.key.start), end: nextLine(text, end), text: '' };
  }
  if (own.slice(0, at).some((other) => !gone.has(other))) return { start: from, end, text: '' };
  return { start: entry.key.start, end: own[at + 1]?.key.start ?? end, text: '' };
}
