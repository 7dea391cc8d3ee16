import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Expects that a page of docs/ has these tables, each between its comments `<!-- NAME: ... -->` and `<!-- end -->`. With
 * `DOVESNAP_WRITE_DOCS=1` it is given them.
 */
export function expectTables(file: string, tables: Readonly<Record<string, string>>): void {
  const page = new URL(`../../../docs/${file}`, import.meta.url);
  const found = readFileSync(page, 'utf8');
  const wanted = Object.entries(tables).reduce(
    (text, [name, rows]) =>
      text.replace(
        new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[^]*?(<!-- end -->)`),
        (_all, start: string, end: string) => `${start}\n${rows}\n\n${end}`,
      ),
    found,
  );
  if (process.env.DOVESNAP_WRITE_DOCS === '1') writeFileSync(page, wanted);
  for (const rows of Object.values(tables)) expect(wanted).toContain(rows);
  expect(found).toBe(wanted);
}
