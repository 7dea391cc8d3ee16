import { FaucetConfigError } from '../error.ts';
import { type Merged, mergeIncludes } from '../model/merge-includes.ts';
import { positionsOf, toProblems } from '../problem.ts';
import type { SourceOptions } from '../types.ts';
import type { ParsedText } from '../yaml/document.ts';
import type { MapNode } from '../yaml/node.ts';
import { renderEntry, renderKey } from '../yaml/render.ts';
import { reparse } from '../yaml/reparse.ts';
import { keyId } from '../yaml/scalar.ts';
import { isBreak } from '../yaml/scan-characters.ts';
import { applySplices, columnOf, type Layout, lineEndOf, type Splice } from '../yaml/splice.ts';
import { keyText } from '../yaml/value.ts';
import { applyEdits, findDp, type OutsideKey, type Removed, sectionOf } from './apply-edits.ts';
import { mapSplices } from './block-splices.ts';
import {
  type DraftMap,
  draftMap,
  drop,
  enter,
  isEmptyNow,
  keysOf,
  put,
  spellings,
  valueAt,
} from './draft.ts';
import type { Edit } from './edit-types.ts';
import { sweep } from './sweep.ts';

/**
 * The datapath that keeps a file valid while it has no other, because Faucet refuses an empty `dps`. It has one port
 * that accepts no traffic, and no switch connects as it. It is removed when a datapath is added.
 */
export const placeholderDp: {
  readonly name: string;
  readonly dpId: bigint;
} = { name: 'dovesnap-placeholder', dpId: 0xd07e_5a9f_fff0_ffffn };

/**
 * Applies the edits and returns the parsed result, or the same value if nothing changes.
 *
 * @throws FaucetConfigError `SYNTAX`, `UNKNOWN_DP`, `LAST_INTERFACE`, `BAD_VALUE`, `UNEDITABLE`.
 */
export function editParsed(
  parsed: ParsedText,
  edits: readonly Edit[],
  options: SourceOptions = {},
): ParsedText {
  requireReadable(parsed);
  const { root } = parsed;
  if (
    root !== undefined &&
    root.kind !== 'map' &&
    !(root.kind === 'scalar' && root.value === null)
  ) {
    throw new FaucetConfigError('SYNTAX', 'the file must be a map at its top', { line: 1 });
  }
  const node = root?.kind === 'map' ? root : undefined;
  const draft = draftMap(node, []);
  const hadDps = countDps(draft);
  const removed = applyEdits(draft, edits, keysOutside(parsed, options));
  sweep(draft, removed);
  keepPlaceholder(draft, hadDps > 0 || edits.some((edit) => edit.kind === 'set-dp'));
  requireInterfaces(draft, removed);
  return write(parsed, node, draft);
}

/**
 * Returns a lookup of keys in included files. They are read only for a name that could also be a key of another type.
 */
function keysOutside(parsed: ParsedText, options: SourceOptions): OutsideKey {
  let merged: Merged | undefined;
  return (section, name) => {
    const [, bare] = spellings(name);
    if (bare === undefined || options.readFile === undefined) return undefined;
    merged ??= mergeIncludes(parsed, options);
    const entries = merged.sections[section];
    if (entries.has(keyId(name))) return name;
    const key = entries.get(keyId(bare))?.key.value;
    return key !== undefined && keyText(key) === name ? key : undefined;
  };
}

function requireReadable(parsed: ParsedText): void {
  const [first] = toProblems(parsed.problems, parsed.text, undefined);
  if (first === undefined) return;
  const message = `the file cannot be edited: line ${first.line}: ${first.message}`;
  throw new FaucetConfigError('SYNTAX', message, {
    line: first.line,
    column: first.column,
    problems: [first],
  });
}

function countDps(root: DraftMap): number {
  const dps = sectionOf(root, 'dps');
  return dps === undefined ? 0 : keysOf(dps).length;
}

function keepPlaceholder(root: DraftMap, wanted: boolean): void {
  const count = countDps(root);
  const ours = findDp(root, placeholderDp.name);
  const isOurs = ours !== undefined && valueAt(ours, 'dp_id') === placeholderDp.dpId;
  if (count === 0 && wanted) {
    const dp = enter(enter(root, 'dps'), placeholderDp.name, true);
    put(dp, 'dp_id', placeholderDp.dpId);
    put(dp, 'description', 'keeps this file valid while there is no network');
    put(enter(enter(dp, 'interfaces'), 1n), 'output_only', true);
  } else if (count > 1 && isOurs) {
    drop(enter(root, 'dps'), placeholderDp.name);
  }
}

/** Faucet refuses a datapath without interfaces. A datapath that already had none and was not edited is left alone. */
function requireInterfaces(root: DraftMap, removed: Removed): void {
  const dps = sectionOf(root, 'dps');
  for (const name of dps === undefined ? [] : keysOf(dps)) {
    const dp = findDp(root, keyText(name));
    if (dp === undefined || dp.changes.size === 0 || !isTouched(removed, keyText(name), dp))
      continue;
    const has = ['interfaces', 'interface_ranges'].some((section) => {
      const inner = sectionOf(dp, section);
      return inner !== undefined && !isEmptyNow(inner);
    });
    if (has) continue;
    const path = ['dps', String(name)];
    const message = `datapath ${String(name)} would be left without interfaces, which Faucet refuses; remove the datapath, or give it one in the same edit`;
    throw new FaucetConfigError('LAST_INTERFACE', message, { path });
  }
}

function isTouched(removed: Removed, name: string, dp: DraftMap): boolean {
  return removed.touched.has(name) || dp.changes.has(keyId('interfaces'));
}

/** Writes the changes of a draft into the text. Everything else stays the same, byte for byte. */
export function write(parsed: ParsedText, node: MapNode | undefined, draft: DraftMap): ParsedText {
  const eol = lineEndOf(parsed.text);
  // a trailing line end spares the splices the case of a last line without one; it is removed again below
  const open = parsed.text !== '' && !isBreak(parsed.text, parsed.text.length - 1);
  const text = open ? parsed.text + eol : parsed.text;
  const layout: Layout = { text, eol, step: node === undefined ? 2 : stepOfDocument(text, node) };
  const splices = node === undefined ? appendAll(layout, draft) : mapSplices(layout, draft);
  if (splices.length === 0) return parsed;
  const edited = applySplices(text, splices);
  const result = open && edited.endsWith(eol) ? edited.slice(0, -eol.length) : edited;
  if (result === parsed.text) return parsed;
  const reparsed = { ...reparse(parsed, text, edited, splices), text: result };
  requireAnchors(reparsed);
  return reparsed;
}

function stepOfDocument(text: string, root: MapNode): number {
  for (const entry of root.entries) {
    const { value } = entry;
    if (value.kind !== 'map' || value.flow) continue;
    const step = columnOf(text, value.start) - columnOf(text, root.start);
    if (step > 0) return step;
  }
  return 2;
}

/** If the file has no content, the entries are inserted before its end marker, if there is one. */
function appendAll(layout: Layout, draft: DraftMap): Splice[] {
  const { text, eol, step } = layout;
  const lines = [...draft.changes.values()].flatMap((change) => {
    const value = valueAt(draft, change.key);
    return value === undefined ? [] : renderEntry(renderKey(change.key), value, step);
  });
  if (lines.length === 0) return [];
  const end = /^\.\.\.[ \t\r]*$/m.exec(text)?.index ?? text.length;
  return [{ start: end, end, text: lines.map((line) => line + eol).join('') }];
}

function requireAnchors({ text, problems }: ParsedText): void {
  const lost = problems.find((problem) => problem.code === 'UNKNOWN_ALIAS');
  if (lost === undefined) return;
  const { line } = positionsOf(text)(lost.offset);
  const message = `the edit would remove an anchor that line ${line} of the result still uses: ${lost.message}`;
  throw new FaucetConfigError('UNEDITABLE', message, { path: lost.path });
}
