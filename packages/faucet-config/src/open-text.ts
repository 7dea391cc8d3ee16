import { checkMerged } from './check.ts';
import { type ParsedText, parseText } from './document.ts';
import { editParsed } from './edit-text.ts';
import type { Edit, EditStep, OpenedText } from './edit-types.ts';
import { mergeIncludes } from './merge-includes.ts';
import { toModel } from './model.ts';
import type { FaucetModel, Problem, SourceOptions } from './types.ts';

/** Takes a text apart once, to read, check and edit it. Nothing is wrong with opening a broken one: `check` says what is. */
export function openText(text: string): OpenedText {
  return opened(parseText(text));
}

function opened(parsed: ParsedText): OpenedText {
  const editOnce = (edits: readonly Edit[]): OpenedText => {
    const edited = editParsed(parsed, edits);
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

/** Edits that stand together go in together: each pass over the text costs its length. */
function editInSteps(
  text: OpenedText,
  steps: readonly EditStep[],
  editOnce: (edits: readonly Edit[]) => OpenedText,
  options: SourceOptions | undefined,
): OpenedText {
  const at = steps.findIndex((step) => typeof step === 'function');
  const make = steps[at];
  if (typeof make !== 'function')
    return editOnce(steps.filter((step) => typeof step !== 'function'));
  const before = at === 0 ? text : text.edit(steps.slice(0, at));
  return before.edit([...make(before.model(options)), ...steps.slice(at + 1)], options);
}

/**
 * What a text says, includes merged as Faucet merges them.
 *
 * @throws FaucetConfigError `SYNTAX` when it is not YAML as Faucet reads it.
 */
export function parseFaucet(text: string, options: SourceOptions = {}): FaucetModel {
  return openText(text).model(options);
}

/** Everything that Faucet would refuse in a text, die of, or take and do wrong. Pure: works in an editor and in CI. */
export function checkConfig(text: string, options: SourceOptions = {}): Problem[] {
  return openText(text).check(options);
}

/**
 * Gives the text with the edits in it, in order; what no edit is about stays byte for byte as it is. Setting what is
 * already so changes nothing. A datapath or interface that goes takes with it the mirror entries, stack links and tunnels
 * that point at it; when the last datapath goes, `placeholderDp` takes its place.
 *
 * @throws FaucetConfigError `SYNTAX`, `UNKNOWN_DP`, `LAST_INTERFACE`, `BAD_VALUE`, `UNEDITABLE`.
 */
export function editText(text: string, edits: readonly EditStep[]): string {
  return openText(text).edit(edits).text;
}
