import { dirname, isAbsolute, join, normalize } from 'node:path';
import { type RawProblem, toProblems } from '../problem.ts';
import type { Problem, SourceOptions } from '../types.ts';
import { type ParsedText, parseText } from '../yaml/document.ts';
import { type EntryNode, type MapNode, type Node, resolve } from '../yaml/node.ts';
import { keyId, showPlain } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';

/** The sections that Faucet merges from all files. */
export const sections = ['acls', 'dps', 'meters', 'routers', 'vlans'] as const;

/** A section of the configuration. */
export type Section = (typeof sections)[number];

/** A file that was read. */
export interface SourceFile {
  readonly path: string | undefined;
  readonly parsed: ParsedText;
}

/** An entry of a section, with the file that it comes from. */
export interface SourceEntry extends EntryNode {
  readonly file: SourceFile;
}

/** All files of a configuration, merged as Faucet merges them. */
export interface Merged {
  readonly sections: Readonly<Record<Section, ReadonlyMap<string, SourceEntry>>>;
  /** The main file first. Missing includes are left out. */
  readonly files: readonly SourceFile[];
  /** False if there are includes that cannot be read, so that not everything is known. */
  readonly complete: boolean;
  /** Problems that prevent Faucet from loading the files at all. */
  readonly problems: readonly Problem[];
}

type Sections = Record<Section, Map<string, SourceEntry>>;

interface Loading {
  readonly options: SourceOptions;
  readonly files: SourceFile[];
  readonly problems: Problem[];
  complete: boolean;
  /** Whether another file includes the file that is loaded. */
  readonly included: boolean;
}

interface Loaded {
  readonly ok: boolean;
  readonly sections: Sections;
  /** Paths that an include of this file must not name again. */
  readonly paths: readonly string[];
}

function emptySections(): Sections {
  return {
    acls: new Map(),
    dps: new Map(),
    meters: new Map(),
    routers: new Map(),
    vlans: new Map(),
  };
}

/**
 * Follows includes as Faucet does (`dp_include` of faucet 1.10.12). An included file comes after the file that includes
 * it and replaces whole objects of the same name. A path that is already being loaded further up is a loop.
 */
export function mergeIncludes(parsed: ParsedText, options: SourceOptions = {}): Merged {
  const loading: Loading = { options, files: [], problems: [], complete: true, included: false };
  const path = options.path === undefined ? undefined : normalize(options.path);
  const loaded = load(loading, { path, parsed }, [], emptySections());
  return {
    sections: loaded.sections,
    files: loading.files,
    complete: loading.complete,
    problems: loading.problems,
  };
}

function add(loading: Loading, file: SourceFile, raw: RawProblem | readonly RawProblem[]): void {
  const list = Array.isArray(raw) ? (raw as readonly RawProblem[]) : [raw as RawProblem];
  loading.problems.push(...toProblems(list, file.parsed.text, file.path));
}

function load(
  loading: Loading,
  file: SourceFile,
  above: readonly string[],
  before: Sections,
): Loaded {
  loading.files.push(file);
  const paths = file.path === undefined ? above : [...above, file.path];
  const failed: Loaded = { ok: false, sections: before, paths };
  add(loading, file, file.parsed.problems);
  const root = file.parsed.root === undefined ? undefined : resolve(file.parsed.root);
  if (root?.kind !== 'map' || root.entries.length === 0) {
    add(loading, file, topProblem(root, 'the file holds no configuration'));
    return failed;
  }
  const unknown = root.entries.filter((entry) => !isTopKey(keyText(entry.key.value)));
  for (const entry of unknown) {
    const key = showPlain(entry.key.value);
    const message = `${key} is not a top-level key; Faucet knows ${sections.join(', ')}, include, include-optional and version`;
    add(loading, file, {
      ...topProblem(entry.key, message),
      code: 'UNKNOWN_KEY',
      path: [keyText(entry.key.value)],
    });
  }
  const merged = mergeSections(loading, file, root, before);
  const followed = followIncludes(loading, file, root, { ok: true, sections: merged, paths });
  return unknown.length > 0 ? { ...followed, ok: false } : followed;
}

function topProblem(node: Node | undefined, message: string): RawProblem {
  return { code: 'NO_DPS', severity: 'refused', message, offset: node?.start ?? 0, path: [] };
}

function isTopKey(key: string): boolean {
  return (
    (sections as readonly string[]).includes(key) ||
    ['include', 'include-optional', 'version'].includes(key)
  );
}

function mergeSections(
  loading: Loading,
  file: SourceFile,
  root: MapNode,
  before: Sections,
): Sections {
  const merged = emptySections();
  for (const section of sections) {
    for (const [id, entry] of before[section]) merged[section].set(id, entry);
    const entry = root.index.get(keyId(section));
    const value = entry === undefined ? undefined : resolve(entry.value);
    if (entry === undefined || value === undefined) continue;
    if (value.kind === 'map') {
      for (const inner of value.entries) {
        merged[section].set(keyId(inner.key.value), { ...inner, file });
      }
      continue;
    }
    if (value.kind === 'list' && value.items.length === 0) continue;
    if (value.kind === 'scalar' && value.value === '') continue;
    const message = sectionProblem(loading, section, value);
    add(loading, file, {
      code: section === 'dps' ? 'NO_DPS' : 'WRONG_TYPE',
      severity: 'refused',
      message,
      offset: entry.key.start,
      path: [section],
    });
  }
  return merged;
}

/** The message for a datapath section without datapaths, where that section belongs: in the main file. */
export const noDps = 'there must be at least one datapath; Faucet refuses a file without one';

function sectionProblem(loading: Loading, section: Section, value: Node): string {
  const isNothing = value.kind === 'scalar' && value.value === null;
  if (section !== 'dps' || loading.included) {
    return `${section} must be a map of names; leave it out when there are none`;
  }
  return isNothing ? `dps: ${noDps}` : 'dps must be a map of names';
}

function followIncludes(loading: Loading, file: SourceFile, root: MapNode, start: Loaded): Loaded {
  let state = start;
  for (const [directive, required] of [
    ['include', true],
    ['include-optional', false],
  ] as const) {
    const entry = root.index.get(keyId(directive));
    if (entry === undefined) continue;
    const list = resolve(entry.value);
    if (list.kind !== 'list') {
      add(loading, file, includeProblem(entry.key, directive, 'must be a list of file names'));
      continue;
    }
    for (const item of list.items) {
      state = followOne(loading, file, item, { directive, required, state });
    }
  }
  return state;
}

function includeProblem(at: Node, directive: string, why: string): RawProblem {
  const message = `${directive} ${why}`;
  return { code: 'INCLUDE', severity: 'refused', message, offset: at.start, path: [directive] };
}

function followOne(
  loading: Loading,
  file: SourceFile,
  item: Node,
  how: { directive: string; required: boolean; state: Loaded },
): Loaded {
  const { directive, required, state } = how;
  const value = resolve(item);
  const name = value.kind === 'scalar' ? keyText(value.value) : '';
  const path =
    isAbsolute(name) || file.path === undefined ? normalize(name) : join(dirname(file.path), name);
  if (loading.options.readFile === undefined) {
    loading.complete = false;
    return state;
  }
  if (state.paths.includes(path)) {
    add(loading, file, includeProblem(item, directive, `names ${name}, which includes this file`));
    return state;
  }
  const text = loading.options.readFile(path);
  if (text === undefined) {
    const why = `names ${name}, which cannot be read`;
    if (required) add(loading, file, includeProblem(item, directive, why));
    return state;
  }
  const ahead: Loading = { ...loading, files: [], problems: [], included: true };
  const included = load(ahead, { path, parsed: parseText(text) }, state.paths, state.sections);
  const ok = included.ok && ahead.problems.length === 0;
  loading.complete = ahead.complete;
  if (ok || required) {
    loading.files.push(...ahead.files);
    loading.problems.push(...ahead.problems);
    if (!ok) {
      const why = `names ${name}, which Faucet cannot load`;
      add(loading, file, includeProblem(item, directive, why));
    }
    return { ...state, sections: included.sections };
  }
  const deadly = ahead.problems.filter((problem) => problem.severity === 'kills');
  loading.problems.push(...deadly);
  return state;
}
