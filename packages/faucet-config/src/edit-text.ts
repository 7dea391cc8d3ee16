import { applyEdits, findDp, type Removed, sectionOf } from './apply-edits.ts';
import { mapSplices } from './block-splices.ts';
import type { ParsedText } from './document.ts';
import { type DraftMap, draftMap, drop, enter, isEmptyNow, keysOf, put, valueAt } from './draft.ts';
import type { Edit } from './edit-types.ts';
import { FaucetConfigError } from './error.ts';
import type { MapNode } from './node.ts';
import { positionsOf, toProblems } from './problem.ts';
import { renderEntry, renderKey } from './render.ts';
import { reparse } from './reparse.ts';
import { keyId } from './scalar.ts';
import { applySplices, columnOf, type Layout, lineEndOf, type Splice } from './splice.ts';
import { sweep } from './sweep.ts';

/**
 * The datapath that keeps a file acceptable while there is no other: Faucet refuses an empty `dps`. It has one port that
 * takes nothing in, no switch connects as it, and it goes when a datapath comes.
 */
export const placeholderDp: {
  readonly name: string;
  readonly dpId: bigint;
} = { name: 'dovesnap-placeholder', dpId: 0xd07e_5a9f_fff0_ffffn };

/**
 * Gives the text with the edits in it, taken apart again; the same value when nothing changes.
 *
 * @throws FaucetConfigError `SYNTAX`, `UNKNOWN_DP`, `LAST_INTERFACE`, `BAD_VALUE`, `UNEDITABLE`.
 */
export function editParsed(parsed: ParsedText, edits: readonly Edit[]): ParsedText {
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
  const removed = applyEdits(draft, edits);
  sweep(draft, removed);
  keepPlaceholder(draft, hadDps > 0 || edits.some((edit) => edit.kind === 'set-dp'));
  requireInterfaces(draft, removed);
  return write(parsed, node, draft);
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

/** Faucet refuses a datapath without interfaces; one that had none before and was not edited is not ours to judge. */
function requireInterfaces(root: DraftMap, removed: Removed): void {
  const dps = sectionOf(root, 'dps');
  for (const name of dps === undefined ? [] : keysOf(dps)) {
    const dp = typeof name === 'string' ? findDp(root, name) : undefined;
    if (dp === undefined || dp.changes.size === 0 || !isTouched(removed, String(name), dp))
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

/** Gives the text with what a draft changes; the rest stays byte for byte. */
export function write(parsed: ParsedText, node: MapNode | undefined, draft: DraftMap): ParsedText {
  const eol = lineEndOf(parsed.text);
  // with a line end at the end, no splice has to think of a last line that has none; it is taken off again below
  const open = parsed.text !== '' && !/[\r\n]$/.test(parsed.text);
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

/** A file without content gets its entries before the mark of its end, if it has one. */
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
  const message = `the edit would take away an anchor that line ${line} of the result still uses: ${lost.message}`;
  throw new FaucetConfigError('UNEDITABLE', message, { path: lost.path });
}
