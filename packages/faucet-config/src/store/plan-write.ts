import type { EditStep, OpenedText } from '../edit/edit-types.ts';
import { FaucetConfigError } from '../error.ts';
import { introducedProblems } from '../problem.ts';
import type { Problem, SourceOptions } from '../types.ts';
import { blockingProblems, type Content } from './content.ts';

/** The plan of a write: the new text, the requests whose edits are in it, and the rejected ones with the reason. */
export interface WritePlan<T> {
  readonly opened: OpenedText;
  readonly accepted: readonly T[];
  readonly rejected: readonly { readonly request: T; readonly error: FaucetConfigError }[];
}

type Attempt = { readonly opened: OpenedText } | { readonly error: FaucetConfigError };

/**
 * Plans one write for several requests. A request is rejected only for problems that it introduces itself. If all
 * requests together would make the file invalid, they are split in half repeatedly to find the ones at fault, which are
 * left out. A file that Faucet already refuses is not overwritten, unless the edits fix it or Faucet reports this exact
 * content as loaded (`loaded`).
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

/** Splits a list of more than one item in half, in order. */
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

/**
 * Returns the error for a file that someone else made invalid, with the place and the reason. Such a file is not
 * overwritten.
 */
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
