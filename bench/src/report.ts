import { renderSection, type Section } from './table.ts';

/** Writes all that was measured, in Markdown: what on, how, the tables. */
export function renderReport(
  command: string,
  facts: readonly string[],
  sections: readonly Section[],
): string {
  const header = ['Machine and parts:', '', ...facts.map((fact) => `- ${fact}`), ''];
  return [`Written by \`${command}\`.`, '', ...header, ...sections.map(renderSection)].join('\n');
}
