import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { removeNote, setNote } from '../../domain/network-notes.ts';
import type { Parts } from './parts.ts';

/** One thing that an owner of notes says. */
export interface Note {
  /** One sentence without a full stop. */
  readonly sentence: string;
  /** Fields of its line in the log, besides the network. */
  readonly subject?: object;
}

/**
 * Replaces all that one owner says about a network: what it no longer says goes, and what is new is logged once, as a
 * warning. Each note has a key of its own among those of its owner.
 */
export function replaceNotes(
  { log }: Pick<Parts, 'log'>,
  network: AttachedNetwork,
  owner: string,
  said: ReadonlyMap<string, Note>,
): void {
  const keyOf = (key: string): string => `${owner}: ${key}`;
  const wanted = new Set([...said.keys()].map(keyOf));
  for (const key of network.notes.keys()) {
    if (key.startsWith(keyOf('')) && !wanted.has(key)) removeNote(network.notes, key);
  }
  for (const [key, note] of said) replaceNote({ log }, network, keyOf(key), note);
}

/**
 * Replaces the only thing that an owner says about a network; undefined: nothing. What is new is logged once, as a
 * warning. Returns whether anything changed.
 */
export function replaceNote(
  { log }: Pick<Parts, 'log'>,
  network: AttachedNetwork,
  owner: string,
  note: Note | undefined,
): boolean {
  if (network.notes.get(owner)?.sentence === note?.sentence) return false;
  if (note === undefined) return removeNote(network.notes, owner);
  setNote(network.notes, owner, { sentence: note.sentence });
  log.warn({ network: network.record.name, ...note.subject }, note.sentence);
  return true;
}
