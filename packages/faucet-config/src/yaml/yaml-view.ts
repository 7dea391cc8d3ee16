import type { RawProblem } from '../problem.ts';
import { scanText } from './scan-text.ts';

/** A text changed so that the YAML package reads in it what Faucet reads in the original. */
export interface YamlView {
  readonly text: string;
  /** Converts an offset in this text to an offset in the original. */
  readonly back: (offset: number) => number;
  /** What Faucet's parser does not accept and the YAML package does. */
  readonly problems: readonly RawProblem[];
  /** The first line end that editors do not show as one. */
  readonly hiddenBreak: { readonly at: number; readonly character: string } | undefined;
}

/**
 * Moves lines inside `{}`, `[]` and quotes to the right of the start of these, which the YAML package requires and
 * Faucet does not. Also separates comments from text directly before them, and replaces rare line ends with common
 * ones.
 */
export function yamlView(text: string): YamlView {
  const { comments, continued, rareBreaks, problems } = scanText(text);
  const common = withCommonBreaks(text, rareBreaks);
  const insertions = [
    ...comments.map((at) => ({ at, columns: 1 })),
    ...continued.map(({ start, column }) => ({ at: start, columns: column + 1 })),
  ].sort((a, b) => a.at - b.at);
  const parts: string[] = [];
  let from = 0;
  for (const { at, columns } of insertions) {
    parts.push(common.slice(from, at), ' '.repeat(columns));
    from = at;
  }
  parts.push(common.slice(from));
  const hidden = rareBreaks.find((at) => text[at] !== '\r');
  return {
    text: parts.join(''),
    back: backThrough(insertions),
    problems,
    hiddenBreak: hidden === undefined ? undefined : { at: hidden, character: text[hidden] ?? '' },
  };
}

function withCommonBreaks(text: string, rare: readonly number[]): string {
  if (rare.length === 0) return text;
  const units = text.split('');
  for (const at of rare) units[at] = '\n';
  return units.join('');
}

function backThrough(
  insertions: readonly { readonly at: number; readonly columns: number }[],
): (offset: number) => number {
  let total = 0;
  const steps = insertions.map(({ at, columns }) => {
    const step = { at, from: at + total, columns, before: total };
    total += columns;
    return step;
  });
  if (steps.length === 0) return (offset) => offset;
  return (offset) => {
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle]?.from ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const step = steps[low - 1];
    if (step === undefined) return offset;
    return offset < step.from + step.columns ? step.at : offset - step.before - step.columns;
  };
}
