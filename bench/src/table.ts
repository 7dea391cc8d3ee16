/** What was measured, as a table with a title. */
export interface Section {
  readonly title: string;
  /** What exactly was measured, in whole sentences. */
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Writes a section in Markdown, columns aligned so that it reads well in a terminal too: text left, figures right. */
export function renderSection({ title, about, columns, rows }: Section): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, index) => Math.max(3, ...all.map((row) => width(row[index]))));
  const isFigure = columns.map((_, index) => rows.every((row) => /^[\d–]/.test(row[index] ?? '')));
  const line = (cells: readonly string[]): string => {
    const padded = widths.map((size, index) => {
      const cell = cells[index] ?? '';
      return isFigure[index] ? cell.padStart(size) : cell.padEnd(size);
    });
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((size, index) =>
    isFigure[index] ? `${'-'.repeat(size - 1)}:` : '-'.repeat(size),
  );
  return [`## ${title}`, '', about, '', ...[columns, rule, ...rows].map(line), ''].join('\n');
}

function width(cell: string | undefined): number {
  return cell?.length ?? 0;
}

/** Milliseconds for a table: three digits that matter. */
export function formatMs(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return '–';
  if (milliseconds >= 100) return milliseconds.toFixed(0);
  return milliseconds.toFixed(milliseconds >= 10 ? 1 : 2);
}

/** Bits per second as gigabits per second, for a table: three digits that matter. */
export function formatGigabits(bitsPerSecond: number): string {
  const gigabits = bitsPerSecond / 1e9;
  return Number.isNaN(gigabits) ? '–' : gigabits.toFixed(gigabits >= 10 ? 1 : 2);
}

/** A quotient for a table. */
export function formatRatio(ratio: number): string {
  return Number.isNaN(ratio) ? '–' : ratio.toFixed(2);
}

/** A goal and whether the ratio is within it. */
export function formatGoal(ratio: number, goal: number): string {
  return `${goal.toFixed(2)}: ${ratio <= goal ? 'met' : 'not met'}`;
}
