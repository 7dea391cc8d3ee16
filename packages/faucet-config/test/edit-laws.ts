import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editParsed } from '../src/edit/edit-text.ts';
import {
  checkConfig,
  editText,
  openText,
  parseFaucet,
  placeholderDp,
  removeDp,
  removeInterface,
  setDp,
  setInterface,
} from '../src/index.ts';
import { parseText } from '../src/yaml/document.ts';
import { styled } from './styled-config.ts';
import { awkward, spec, withEdits } from './styled-edits.ts';

/** Everything a model says, comparable. */
function says(text: string): unknown {
  const model = parseFaucet(text);
  return {
    dps: [...model.dps.values()],
    acls: [...model.acls.values()],
    vlans: [...model.vlans.values()],
  };
}

/** What holds of every edit, each law tried on that many files that are drawn for it. */
export function describeEditLaws(numRuns: number): void {
  describe('editing', () => editLaws({ numRuns }));
}

function editLaws(runs: { readonly numRuns: number }): void {
  it('gives what Faucet takes', () => {
    fc.assert(
      fc.property(withEdits, ([{ text }, edits]) => {
        expect(
          checkConfig(editText(text, edits)).filter((one) => one.severity !== 'wrong'),
        ).toEqual([]);
      }),
      runs,
    );
  });

  it('twice changes nothing the second time', () => {
    fc.assert(
      fc.property(withEdits, ([{ text }, edits]) => {
        const once = editText(text, edits);
        expect(editText(once, edits)).toBe(once);
        expect(openText(once).edit(edits).text).toBe(once);
      }),
      runs,
    );
  });

  it('at once says what it says one by one, also from one opened text to the next', () => {
    fc.assert(
      fc.property(withEdits, ([{ text }, edits]) => {
        const groups = [edits.slice(0, 5), ...edits.slice(5).map((edit) => [edit])];
        const steps = groups.reduce((opened, group) => opened.edit(group), openText(text));
        expect(says(steps.text)).toEqual(says(editText(text, edits)));
      }),
      runs,
    );
  });

  it('keeps an opened text as if it had been parsed from scratch', () => {
    fc.assert(
      fc.property(withEdits, ([{ text }, edits]) => {
        const groups = [edits.slice(0, 5), ...edits.slice(5).map((edit) => [edit])];
        const last = groups.reduce((parsed, group) => editParsed(parsed, group), parseText(text));
        expect(last).toEqual(parseText(last.text));
      }),
      runs,
    );
  });

  it('leaves every line that no edit is about, in order', () => {
    fc.assert(
      fc.property(withEdits, ([{ text, dps }, edits]) => {
        const touched = new Set(
          edits.flatMap((edit) => ('port' in edit ? [`${edit.dp}/${edit.port}`] : [])),
        );
        const isFree =
          !text.includes('one line') &&
          !dps.some((dp) => dp.ports.some((port) => touched.has(`${dp.name}/${port}`)));
        fc.pre(isFree);
        const after = editText(text, edits).split(/(?<=\n)/);
        let at = 0;
        for (const line of text.split(/(?<=\n)/)) {
          const found = after.findIndex(
            (other, i) => i >= at && other.trimEnd() === line.trimEnd(),
          );
          expect(found, line).toBeGreaterThanOrEqual(at);
          at = found + 1;
        }
      }),
      runs,
    );
  });

  it('undoes a new interface without a trace', () => {
    fc.assert(
      fc.property(styled, spec, ({ text, dps }, wanted) => {
        const dp = dps[0]?.name ?? '';
        const more = editText(text, [setInterface(dp, 99, wanted)]);
        expect(more).not.toBe(text);
        expect(editText(more, [removeInterface(dp, 99)])).toBe(text);
      }),
      runs,
    );
  });

  it('undoes a new datapath without a trace', () => {
    fc.assert(
      fc.property(styled, spec, ({ text }, wanted) => {
        const more = editText(text, [setDp('new', { dpId: 7n }), setInterface('new', 9, wanted)]);
        expect(editText(more, [removeDp('new')])).toBe(text);
      }),
      runs,
    );
  });

  it('takes everything of a datapath away and nothing else', () => {
    fc.assert(
      fc.property(styled, ({ text, dps }) => {
        const [first, ...rest] = dps.map((one) => one.name);
        const left = parseFaucet(editText(text, [removeDp(first ?? '')]));
        expect([...left.dps.keys()]).toEqual(rest.length > 0 ? rest : [placeholderDp.name]);
        expect([...left.acls.keys()]).toEqual(['open']);
      }),
      runs,
    );
  });

  it('reads back the description it has written, whatever is in it', () => {
    fc.assert(
      fc.property(styled, awkward, ({ text, dps }, description) => {
        const [dp] = dps;
        const port = dp?.ports[0] ?? 0;
        const edited = editText(text, [setInterface(dp?.name ?? '', port, { description })]);
        const read = parseFaucet(edited)
          .dps.get(dp?.name ?? '')
          ?.interfaces.find((one) => one.number === port);
        expect(read?.description).toBe(description);
      }),
      { numRuns: 5 * runs.numRuns },
    );
  });
}
