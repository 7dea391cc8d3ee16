/** A note for people on a network. */
export interface NetworkNote {
  /** One sentence without a full stop. */
  readonly sentence: string;
  /** For a repair in progress: returns whether it is done. The note is removed then. */
  readonly isDone?: (() => boolean) | undefined;
}

/** The notes for people on a network, by subject. Only the functions of this file change them. */
export type NetworkNotes = ReadonlyMap<string, NetworkNote>;

/** Makes the notes of a new network, each its own subject. */
export function newNotes(sentences: readonly string[]): NetworkNotes {
  return new Map(sentences.map((sentence) => [sentence, { sentence }]));
}

/** Puts a note in the place of any other on its subject. */
export function setNote(notes: NetworkNotes, subject: string, note: NetworkNote): void {
  writable(notes).set(subject, note);
}

/** Removes the note on a subject that is fixed. Returns whether there was one. */
export function removeNote(notes: NetworkNotes, subject: string): boolean {
  return writable(notes).delete(subject);
}

function writable(notes: NetworkNotes): Map<string, NetworkNote> {
  return notes as Map<string, NetworkNote>;
}
