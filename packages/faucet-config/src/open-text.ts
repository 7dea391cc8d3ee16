import { checkMerged } from './check/check.ts';
import { editParsed } from './edit/edit-text.ts';
import type { Edit, EditStep, OpenedText } from './edit/edit-types.ts';
import { mergeIncludes } from './model/merge-includes.ts';
import { toModel } from './model/model.ts';
import type { FaucetModel, Problem, SourceOptions } from './types.ts';
import { type ParsedText, parseText } from './yaml/document.ts';

/**
 * Parses a text once, to read, check and edit it. A text with problems can be opened too; `check` returns the problems.
 */
export function openText(text: string): OpenedText {
  return opened(parseText(text));
}

function opened(parsed: ParsedText): OpenedText {
  const editOnce = (edits: readonly Edit[], options: SourceOptions | undefined): OpenedText => {
    const edited = editParsed(parsed, edits, options);
    return edited === parsed ? self : opened(edited);
  };
  const self: OpenedText = {
    text: parsed.text,
    model: (options) => toModel(mergeIncludes(parsed, options)),
    check: (options) => checkMerged(mergeIncludes(parsed, options)),
    edit: (steps, options) => editInSteps(self, steps, editOnce, options),
  };
  return self;
}

/** Adjacent edits are applied together, because each pass takes time in proportion to the length of the text. */
function editInSteps(
  text: OpenedText,
  steps: readonly EditStep[],
  editOnce: (edits: readonly Edit[], options: SourceOptions | undefined) => OpenedText,
  options: SourceOptions | undefined,
): OpenedText {
  const at = steps.findIndex((step) => typeof step === 'function');
  const make = steps[at];
  if (typeof make !== 'function') {
    const edits = steps.filter((step) => typeof step !== 'function');
    return editOnce(edits, options);
  }
  const before = at === 0 ? text : text.edit(steps.slice(0, at), options);
  return before.edit([...make(before.model(options)), ...steps.slice(at + 1)], options);
}

/**
 * Parses a text into a model, with includes merged as Faucet merges them.
 *
 * @throws FaucetConfigError `SYNTAX` if it is not YAML as Faucet reads it.
 */
export function parseFaucet(text: string, options: SourceOptions = {}): FaucetModel {
  return openText(text).model(options);
}

/**
 * Returns everything in a text that Faucet would refuse, crash on, or accept but handle wrongly. Pure: works in an
 * editor and in CI.
 */
export function checkConfig(text: string, options: SourceOptions = {}): Problem[] {
  return openText(text).check(options);
}

/**
 * Applies the edits in order and returns the new text. Everything that the edits do not name stays the same, byte for
 * byte. Setting a value that is already set changes nothing. Removing a datapath or an interface also removes the
 * mirror entries, stack links and tunnels that refer to it. Removing the last datapath adds `placeholderDp`.
 *
 * @throws FaucetConfigError `SYNTAX`, `UNKNOWN_DP`, `LAST_INTERFACE`, `BAD_VALUE`, `UNEDITABLE`.
 */
export function editText(text: string, edits: readonly EditStep[]): string {
  return openText(text).edit(edits).text;
}
