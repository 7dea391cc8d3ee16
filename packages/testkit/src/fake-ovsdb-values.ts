/**
 * Normalises a value: a set of one becomes its member, and members and keys are sorted, so that equal values have equal
 * texts.
 */
export function normalise(value: unknown): unknown {
  if (!Array.isArray(value) || (value[0] !== 'set' && value[0] !== 'map')) return value;
  const sorted = [...(value[1] as unknown[])].sort((a, b) => (text(a) < text(b) ? -1 : 1));
  return value[0] === 'set' && sorted.length === 1 ? sorted[0] : [value[0], sorted];
}

/** Returns the members of a set, or the pairs of a map. Any other value is a set of one. */
export function members(value: unknown): unknown[] {
  const isMany = Array.isArray(value) && (value[0] === 'set' || value[0] === 'map');
  return isMany ? [...(value[1] as unknown[])] : [value];
}

/** Returns the text of a value: equal values have equal texts. */
export function text(value: unknown): string {
  return JSON.stringify(value);
}

let lastRow = 0;

/** Makes the uuid of a row. It comes after those of earlier rows, so that sets of rows keep their order in every run. */
export function nextUuid(): string {
  return `00000000-0000-4000-8000-${(++lastRow).toString(16).padStart(12, '0')}`;
}
