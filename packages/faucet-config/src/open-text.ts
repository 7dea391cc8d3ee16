import { checkMerged } from './check.ts';
import { type ParsedText, parseText } from './document.ts';
import { editParsed } from './edit-text.ts';
import { mergeIncludes } from './merge-includes.ts';
import { toModel } from './model.ts';
import type { FaucetModel, OpenedText, Problem, SourceOptions } from './types.ts';

/** Takes a text apart once, to read, check and edit it. Nothing is wrong with opening a broken one: `check` says what is. */
export function openText(text: string): OpenedText {
  return opened(parseText(text));
}

function opened(parsed: ParsedText): OpenedText {
  const self: OpenedText = {
    text: parsed.text,
    model: (options) => toModel(mergeIncludes(parsed, options)),
    check: (options) => checkMerged(mergeIncludes(parsed, options)),
    edit: (edits) => {
      const edited = editParsed(parsed, edits);
      return edited === parsed ? self : opened(edited);
    },
  };
  return self;
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
