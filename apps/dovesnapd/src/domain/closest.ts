/** Returns the number of single-character edits between two words (Levenshtein). */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

// Maximum length that is compared. Malicious words may be a megabyte long; no known name is anywhere near this.
const LONGEST = 80;

function ranked(word: string, known: readonly string[]): { name: string; distance: number } {
  const lower = word.slice(0, LONGEST).toLowerCase();
  let best = { name: known[0] ?? '', distance: Number.POSITIVE_INFINITY };
  for (const name of known) {
    const distance = editDistance(lower, name.toLowerCase());
    if (distance < best.distance) best = { name, distance };
  }
  return best;
}

/**
 * Returns the known name whose spelling is closest to `word`, ignoring case. If several are equally close, the first of
 * `known`.
 */
export function closest(word: string, known: readonly string[]): string {
  return ranked(word, known).name;
}

/** Returns the known name that `word` probably misspells: at most two edits away, ignoring case. */
export function misspelt(word: string, known: readonly string[]): string | undefined {
  const best = ranked(word, known);
  return best.distance <= 2 && word.length <= LONGEST ? best.name : undefined;
}
