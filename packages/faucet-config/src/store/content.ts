import { createHash } from 'node:crypto';
import type { OpenedText } from '../edit/edit-types.ts';
import type { ConfigFiles } from '../file.ts';
import { openText } from '../open-text.ts';
import type { Problem, SourceOptions } from '../types.ts';

/** The content of a configuration's files at one moment. */
export interface Content {
  /** Undefined if the file is missing. */
  readonly text: string | undefined;
  /** The parsed text. If the file is missing, an empty text. */
  readonly opened: OpenedText;
  /** Hash of the main file. */
  readonly hash: string;
  /** Hashes of the main file and of the includes that exist. */
  readonly hashes: readonly string[];
  /** `refused` and `kills` only. */
  readonly problems: readonly Problem[];
  /** What Faucet accepts but handles wrongly. */
  readonly wrong: readonly Problem[];
  /** The main file and all includes, including missing ones. */
  readonly files: readonly string[];
  /** How to read and check the main file of this content, or another text in its place. */
  readonly source: SourceOptions;
}

/** Returns the SHA-256 in hex of a text with normalised line endings, which is how Faucet computes it. */
export function contentHash(text: string): string {
  return createHash('sha256').update(normaliseLineEnds(text), 'utf8').digest('hex');
}

/** Normalises line endings as Python's text mode does when Faucet reads a file. */
export function normaliseLineEnds(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}

/** Returns the problems that prevent Faucet from running with a text. */
export function blockingProblems(opened: OpenedText, source: SourceOptions): readonly Problem[] {
  return opened.check(source).filter(isBlocking);
}

/**
 * Returns whether a problem prevents Faucet from running with a text, as opposed to one that it accepts but handles
 * wrongly.
 */
export function isBlocking(problem: Problem): boolean {
  return problem.severity !== 'wrong';
}

/**
 * Reads the files of a configuration. If they have not changed, returns the previous value.
 *
 * @throws FaucetConfigError `UNREADABLE`.
 */
export function readContent(path: string, files: ConfigFiles, previous?: Content): Content {
  const text = files.read(path);
  const includes = new Map<string, string | undefined>();
  const readFile = (include: string): string | undefined => {
    if (!includes.has(include)) includes.set(include, readOrMissing(files, include));
    return includes.get(include);
  };
  const source: SourceOptions = { path, readFile };
  if (previous !== undefined && isUnchanged(previous, text, path, readFile)) return previous;
  const opened = openText(text ?? '');
  const found = text === undefined ? [] : opened.check(source);
  const problems = found.filter(isBlocking);
  const wrong = found.filter((problem) => !isBlocking(problem));
  const hashes = [text, ...includes.values()].filter((one) => one !== undefined).map(contentHash);
  const hash = text === undefined ? '' : contentHash(text);
  const read = [path, ...includes.keys()];
  return { text, opened, hash, hashes, problems, wrong, files: read, source };
}

function isUnchanged(
  previous: Content,
  text: string | undefined,
  path: string,
  readFile: (path: string) => string | undefined,
): boolean {
  if (previous.text !== text) return false;
  const includes = previous.files.filter((file) => file !== path);
  return includes.every((file) => previous.source.readFile?.(file) === readFile(file));
}

/** Faucet treats an include that cannot be read as missing. */
function readOrMissing(files: ConfigFiles, path: string): string | undefined {
  try {
    return files.read(path);
  } catch {
    return undefined;
  }
}
