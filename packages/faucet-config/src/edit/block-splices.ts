import { FaucetConfigError } from '../error.ts';
import type { EntryNode, MapNode, Node } from '../yaml/node.ts';
import {
  indent,
  isInline,
  renderBlock,
  renderEntry,
  renderFlow,
  renderKey,
} from '../yaml/render.ts';
import {
  colonEnd,
  columnOf,
  type Layout,
  lineStart,
  nextLine,
  type Splice,
  setOff,
} from '../yaml/splice.ts';
import { saysAlready, type Value } from '../yaml/value.ts';
import type { Change, DraftList, DraftMap } from './draft.ts';
import { mapValue, originOf } from './draft.ts';
import { flowSplices } from './flow-splices.ts';

/** Returns the splices that write the changes of a map into the text. */
export function mapSplices(layout: Layout, map: DraftMap): Splice[] {
  if (map.node === undefined) return [];
  return map.node.flow
    ? flowSplices(layout.text, map, (change) => innerSplices(layout, change))
    : blockSplices(layout, map, map.node);
}

/** Returns a value that replaces the old one, or undefined if the change is inside the old one. */
function replacement(change: Change, origin: EntryNode | undefined): Value | undefined {
  const { to } = change;
  if (to === undefined || to.kind === 'draft-list') return undefined;
  if (to.kind === 'new') return to.value;
  const value = mapValue(to);
  const empty = isEmptyMap(value) || (to.node?.flow === true && to.node.entries.length === 0);
  return to.node === undefined || to.node !== origin?.value || empty ? value : undefined;
}

function isEmptyMap(value: Value): boolean {
  return typeof value === 'object' && value !== null && 'entries' in value
    ? value.entries.length === 0
    : false;
}

function blockSplices(layout: Layout, map: DraftMap, node: MapNode): Splice[] {
  const { text } = layout;
  const step = stepOf(layout, node);
  const splices: Splice[] = [];
  const added: string[] = [];
  const first: string[] = [];
  for (const change of map.changes.values()) {
    const origin = originOf(map, change);
    const value = replacement(change, origin);
    if (origin === undefined) {
      if (value === undefined) continue;
      const lines = renderEntry(renderKey(change.key, change.name), value, step);
      (change.first === true ? first : added).push(...lines);
    } else if (change.to === undefined) {
      splices.push(cutEntry(text, map, origin));
    } else if (value === undefined) {
      splices.push(...innerSplices(layout, change));
    } else if (!saysAlready(origin.value, value)) {
      splices.push(...replaceValue({ ...layout, step }, columnOf(text, node.start), origin, value));
    }
  }
  const column = columnOf(text, node.start);
  if (first.length > 0) {
    splices.push(insertLines(layout, beforeComments(text, node.start), indent(first, column)));
  }
  if (added.length > 0) {
    splices.push(insertLines(layout, nextLine(text, node.end), indent(added, column)));
  }
  return splices;
}

/**
 * Returns the start of the line that contains an offset, or of the comment lines directly above it, which describe it.
 */
function beforeComments(text: string, offset: number): number {
  let at = lineStart(text, offset);
  while (at > 0) {
    const above = lineStart(text, text.startsWith('\r\n', at - 2) ? at - 2 : at - 1);
    if (!/^[ \t]*#/.test(text.slice(above, at))) return at;
    at = above;
  }
  return at;
}

/** Returns the splices for changes inside an entry that is kept. */
function innerSplices(layout: Layout, change: Change): Splice[] {
  if (change.to?.kind === 'draft-map') return mapSplices(layout, change.to);
  if (change.to?.kind !== 'draft-list') return [];
  const inside = [...change.to.items.values()].flatMap((item) => mapSplices(layout, item));
  return [...inside, ...appended(layout, change.to)];
}

function appended(layout: Layout, { node, added }: DraftList): Splice[] {
  if (added.length === 0) return [];
  const { text } = layout;
  const items = added.map(renderFlow);
  if (!node.flow) {
    const lines = items.map((item) => `- ${item}`);
    const at = nextLine(text, node.end);
    return [insertLines(layout, at, indent(lines, columnOf(text, node.start)))];
  }
  const last = node.items.at(-1);
  const start = last?.end ?? node.start + 1;
  const list = setOff(text, start, items.join(', '));
  return [{ start, end: start, text: last === undefined ? list : `, ${list}` }];
}

function insertLines(layout: Layout, at: number, lines: readonly string[]): Splice {
  return { start: at, end: at, text: lines.map((line) => line + layout.eol).join('') };
}

/** Returns the number of columns between a key and the keys below it, as in the other entries of the map. */
function stepOf(layout: Layout, map: MapNode): number {
  const column = columnOf(layout.text, map.start);
  for (const entry of map.entries.slice(-20).reverse()) {
    const { value } = entry;
    if (value.kind !== 'map' || value.flow || entry.merged) continue;
    const step = columnOf(layout.text, value.start) - column;
    if (step > 0) return step;
  }
  return layout.step;
}

function cutEntry(text: string, map: DraftMap, entry: EntryNode): Splice {
  const start = lineStart(text, entry.key.start);
  const prefix = text.slice(start, entry.key.start);
  const end = nextLine(text, Math.max(entry.key.end, entry.value.end));
  if (prefix.trim() === '') return { start, end, text: '' };
  const own = map.node?.entries.filter((other) => !other.merged) ?? [];
  const next = own[own.indexOf(entry) + 1];
  if (/^[ \t]*(?:-[ \t]+)+$/.test(prefix) && next !== undefined) {
    return { start: entry.key.start, end: next.key.start, text: '' };
  }
  const path = [...map.path, String(entry.key.value)];
  const message = `${path.join('.')} cannot be removed in place: its key is not alone on its line`;
  throw new FaucetConfigError('UNEDITABLE', message, { path });
}

function isBlockCollection(node: Node): boolean {
  return (node.kind === 'map' || node.kind === 'list') && !node.flow;
}

function replaceValue(layout: Layout, column: number, entry: EntryNode, value: Value): Splice[] {
  const { text, step } = layout;
  const colon = colonEnd(text, entry);
  const old = entry.value;
  const end = trimLineEnd(text, Math.max(colon, old.end));
  const lines = (): string[] => indent(renderBlock(value, step), column + step);
  if (isInline(value)) {
    const onlySpace = /^[ \t]+$/.test(text.slice(colon, old.start));
    if (onlySpace && !isBlockCollection(old) && old.start < end) {
      return [{ start: old.start, end, text: setOff(text, end, renderFlow(value)) }];
    }
    return [{ start: colon, end, text: ` ${setOff(text, end, renderFlow(value))}` }];
  }
  if (isBlockCollection(old)) {
    const first = nextLine(text, colon);
    return [
      { start: first, end: nextLine(text, end), text: insertLines(layout, first, lines()).text },
    ];
  }
  return [{ start: colon, end, text: '' }, insertLines(layout, nextLine(text, end), lines())];
}

function trimLineEnd(text: string, end: number): number {
  let at = end;
  while (text[at - 1] === '\n' || text[at - 1] === '\r') at--;
  return at;
}
