import { createHash } from 'node:crypto';
import type { OpenedText } from './edit-types.ts';
import type { ConfigFiles } from './file.ts';
import { openText } from './open-text.ts';
import type { Problem, SourceOptions } from './types.ts';

/** A configuration as its files hold it at one moment. */
export interface Content {
  /** Undefined: no such file. */
  readonly text: string | undefined;
  /** The text taken apart; an empty one when there is no file. */
  readonly opened: OpenedText;
  /** Of the main file. */
  readonly hash: string;
  /** Of the main file and the includes that exist. */
  readonly hashes: readonly string[];
  /** `refused` and `kills` only. */
  readonly problems: readonly Problem[];
  /** The main file and all includes, the ones that are missing too. */
  readonly files: readonly string[];
  /** How this content's main file, or another in its place, is to be read and checked. */
  readonly source: SourceOptions;
}

/** SHA-256, hex, of a text with its line ends normalised, which is how Faucet counts it. */
export function contentHash(text: string): string {
  return createHash('sha256').update(normaliseLineEnds(text), 'utf8').digest('hex');
}

/** Line ends as Python's text mode gives them to Faucet. */
export function normaliseLineEnds(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}

/** The problems that keep Faucet from running with a text. */
export function blockingProblems(opened: OpenedText, source: SourceOptions): readonly Problem[] {
  return opened.check(source).filter((problem) => problem.severity !== 'wrong');
}

/**
 * Reads the files of a configuration. When they are what they were, the previous value is given back.
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
  const problems = text === undefined ? [] : blockingProblems(opened, source);
  const hashes = [text, ...includes.values()].filter((one) => one !== undefined).map(contentHash);
  const hash = text === undefined ? '' : contentHash(text);
  return { text, opened, hash, hashes, problems, files: [path, ...includes.keys()], source };
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

/** To Faucet an include that cannot be read is one that is not there. */
function readOrMissing(files: ConfigFiles, path: string): string | undefined {
  try {
    return files.read(path);
  } catch {
    return undefined;
  }
}
