import type { EditStep, OpenedText } from './edit-types.ts';
import { FaucetConfigError } from './error.ts';
import { introducedProblems } from './problem.ts';
import { blockingProblems, type Content } from './store-content.ts';
import type { Problem, SourceOptions } from './types.ts';

/** What a write would do: the new text, whose edits are in it, whose are not and why. */
export interface WritePlan<T> {
  readonly opened: OpenedText;
  readonly accepted: readonly T[];
  readonly rejected: readonly { readonly request: T; readonly error: FaucetConfigError }[];
}

type Attempt = { readonly opened: OpenedText } | { readonly error: FaucetConfigError };

/**
 * Plans one write for several requests. Each is held to what it brings in itself: when all together would break the
 * file the ones at fault are found by halves and left out. A file that Faucet refuses already is not written over,
 * unless the edits mend it or Faucet says that it has this very content in force (`loaded`).
 */
export function planWrite<T extends { readonly edits: readonly EditStep[] }>(
  content: Content,
  requests: readonly T[],
  loaded: boolean,
): WritePlan<T> {
  const all = attempt(content, content.opened, requests, loaded);
  if ('opened' in all) return { opened: all.opened, accepted: requests, rejected: [] };
  const [only] = requests;
  if (requests.length === 1 && only !== undefined) {
    return {
      opened: content.opened,
      accepted: [],
      rejected: [{ request: only, error: all.error }],
    };
  }
  if (all.error.code === 'BROKEN') {
    const rejected = requests.map((request) => ({ request, error: all.error }));
    return { opened: content.opened, accepted: [], rejected };
  }
  const [first, second] = halves(requests);
  const left = planWrite(content, first, loaded);
  const right = planWrite({ ...content, opened: left.opened }, second, loaded);
  return {
    opened: right.opened,
    accepted: [...left.accepted, ...right.accepted],
    rejected: [...left.rejected, ...right.rejected],
  };
}

/** Splits what has more than one member, in order. */
export function halves<T>(requests: readonly T[]): readonly [readonly T[], readonly T[]] {
  const middle = Math.ceil(requests.length / 2);
  return [requests.slice(0, middle), requests.slice(middle)];
}

function attempt(
  content: Content,
  before: OpenedText,
  requests: readonly { readonly edits: readonly EditStep[] }[],
  loaded: boolean,
): Attempt {
  const tried = tryEdits(
    before,
    requests.flatMap((request) => request.edits),
    content.source,
  );
  if ('error' in tried) {
    const isBroken = content.problems.length > 0 && !loaded;
    return isBroken ? { error: brokenError(content) } : tried;
  }
  if (tried.opened.text === content.text && (loaded || content.problems.length === 0)) return tried;
  const after = blockingProblems(tried.opened, content.source);
  if (after.length === 0) return tried;
  const introduced = introducedProblems(content.problems, after);
  if (!loaded && introduced.length < after.length) return { error: brokenError(content) };
  return introduced.length === 0 ? tried : { error: invalidError(content, introduced) };
}

function tryEdits(opened: OpenedText, steps: readonly EditStep[], source: SourceOptions): Attempt {
  try {
    return { opened: opened.edit(steps, source) };
  } catch (error) {
    if (error instanceof FaucetConfigError) return { error };
    throw error;
  }
}

/** Nothing is written over a file that somebody broke by hand: where and how, for that person. */
function brokenError(content: Content): FaucetConfigError {
  const [problem] = content.problems;
  const message = `${place(content, problem)}: Faucet refuses this file as it is: ${problem?.message}; nothing was written`;
  return new FaucetConfigError('BROKEN', message, details(content, content.problems));
}

function invalidError(content: Content, problems: readonly Problem[]): FaucetConfigError {
  const [problem] = problems;
  const message = `Faucet would refuse ${content.source.path} with this edit: ${problem?.message}; nothing was written`;
  return new FaucetConfigError('INVALID', message, details(content, problems));
}

function place(content: Content, problem: Problem | undefined): string {
  return `${problem?.file ?? content.source.path}:${problem?.line}`;
}

function details(content: Content, problems: readonly Problem[]): object {
  const [problem] = problems;
  return {
    problems,
    file: problem?.file ?? content.source.path,
    line: problem?.line,
    column: problem?.column,
    path: problem?.path,
  };
}
